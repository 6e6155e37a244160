import type { KeyHistory } from "./key-history.ts";
import type { KeyText } from "./key-order.ts";

/** A power of two. */
const SHARDS = 256;

/**
 * The keys' histories by key, in many small tables: one that is full moves all it holds at once when
 * it grows, which took a tenth of a second for a million keys, and ends at 2^24.
 */
export class KeyTable {
  readonly #shards: readonly Map<KeyText, KeyHistory>[];
  #size = 0;

  constructor() {
    this.#shards = Array.from({ length: SHARDS }, () => new Map<KeyText, KeyHistory>());
  }

  get size(): number {
    return this.#size;
  }

  get(key: KeyText): KeyHistory | undefined {
    return this.#shard(key).get(key);
  }

  /** The key must not be there yet. */
  add(history: KeyHistory): void {
    this.#size++;
    this.#shard(history.key).set(history.key, history);
  }

  delete(key: KeyText): void {
    if (this.#shard(key).delete(key)) this.#size--;
  }

  /** By FNV-1a of some of its characters; that keys share all of these costs no more than one table. */
  #shard(key: KeyText): Map<KeyText, KeyHistory> {
    const step = (key.length >> 3) + 1;
    let hash = 0x811c_9dc5;
    for (let i = key.length - 1; i >= 0; i -= step) {
      hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193);
    }
    return this.#shards[(hash ^ (hash >>> 16)) & (SHARDS - 1)] as Map<KeyText, KeyHistory>;
  }
}
