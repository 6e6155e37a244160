import { crc32c, utf8Encode } from "@quorate/core";
import type { PinnedChanges } from "./pinned-changes.ts";
import { StoredChange } from "./stored-change.ts";
import type { Version } from "./version.ts";

const BUCKET = utf8Encode("key");

/**
 * CRC-32C over the bucket's name, then for every change up to the revision its key in etcd's own notation
 * and the key-value message: of what was before the last compaction only what is still there at the
 * revision. So it is etcd's own number, and the same on members with equal states.
 *
 * A fold over pinned changes, to be taken in steps: what is written or forgotten meanwhile leaves it
 * alone.
 */
export class KvHash {
  readonly #changes: PinnedChanges;
  readonly #revision: number;
  readonly #stored = new StoredChange();
  #value: number = crc32c(BUCKET);

  constructor(changes: PinnedChanges, revision: number) {
    this.#changes = changes;
    this.#revision = revision;
  }

  /** The hash, once {@link advance} has said that there is no more. */
  get value(): number {
    return this.#value;
  }

  /** Takes in about so many bytes of changes; answers whether there are more. */
  advance(bytesMax: number): boolean {
    for (let bytes = 0; bytes < bytesMax;) {
      const change = this.#changes.next();
      if (change === null || change.mod > this.#revision) return false;
      bytes += change.bytes;
      const isRecent = change.mod > this.#changes.compacted;
      if (isRecent || change.isCurrentAt(this.#revision)) this.#take(change);
    }
    return true;
  }

  #take(change: Version): void {
    const { key, value } = this.#stored.encode(change);
    this.#value = crc32c(key, this.#value);
    this.#value = crc32c(value, this.#value);
  }
}
