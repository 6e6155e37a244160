import { KeyBlock } from "./key-block.ts";
import type { KeyHistory } from "./key-history.ts";
import type { KeyRange, KeyText } from "./key-order.ts";
import { KeyTable } from "./key-table.ts";
import { isLive, type Version } from "./version.ts";

/** A full block is cut in two. Inserting moves half of one at most: a memmove of a few KiB. */
const BLOCK_KEYS_MAX = 512;

/** In which order a range is walked. */
export type Direction = "ascend" | "descend";

/**
 * All keys with their histories: in a hash table to be found, and in sorted blocks to be walked and
 * counted. Each block knows how many of its keys are live, and for some while were, so that counting a
 * range looks into the two blocks at its ends and adds up what lies between, and walking passes over
 * blocks of deleted keys.
 *
 * Invariants: the keys of a block lie between its `from` and the next one's; the first block's is the
 * empty text; no other block is empty.
 */
export class KeyIndex {
  readonly #table = new KeyTable();
  readonly #blocks: KeyBlock[] = [new KeyBlock("", [], 0)];
  readonly #blockKeysMax: number;

  constructor(blockKeysMax: number = BLOCK_KEYS_MAX) {
    this.#blockKeysMax = blockKeysMax;
  }

  /** Keys that have any version. */
  get size(): number {
    return this.#table.size;
  }

  get(key: KeyText): KeyHistory | undefined {
    return this.#table.get(key);
  }

  /** Takes up a key that is not there yet. */
  add(history: KeyHistory): void {
    const { key, newest } = history;
    this.#table.add(history);
    const at = this.#blockOf(key);
    const block = this.#block(at);
    block.insert(history);
    if (isLive(newest)) block.turn(newest.mod, 1);
    if (block.histories.length <= this.#blockKeysMax) return;
    // Keys that come in order leave full blocks behind them instead of halves.
    const isLast = at === this.#blocks.length - 1 && block.histories.at(-1) === history;
    const keep = isLast ? this.#blockKeysMax : this.#blockKeysMax >> 1;
    this.#blocks.splice(at + 1, 0, block.split(keep));
  }

  /** The key came to life (1) or was deleted (-1) at the revision. */
  turn(key: KeyText, revision: number, by: 1 | -1): void {
    this.#block(this.#blockOf(key)).turn(revision, by);
  }

  /** Drops a key of which nothing is left but deletions. */
  delete(key: KeyText): void {
    this.#table.delete(key);
    const at = this.#blockOf(key);
    const block = this.#block(at);
    block.remove(key);
    if (block.histories.length === 0 && at > 0) this.#blocks.splice(at, 1);
  }

  /** The live versions of the range at the revision. The index must not change meanwhile. */
  *walk(
    { from, to }: KeyRange,
    revision: number,
    direction: Direction,
  ): Generator<Version, undefined> {
    const first = this.#blockOf(from);
    const last = to === null ? this.#blocks.length - 1 : this.#blockOf(to);
    const ascending = direction === "ascend";
    const step = ascending ? 1 : -1;
    for (let at = ascending ? first : last; at >= first && at <= last; at += step) {
      const block = this.#block(at);
      if (block.liveAt(revision) === 0) continue;
      const begin = at === first ? block.placeOf(from) : 0;
      const end = at === last && to !== null ? block.placeOf(to) : block.histories.length;
      for (let place = ascending ? begin : end - 1; place >= begin && place < end; place += step) {
        const version = block.histories[place]?.at(revision);
        if (isLive(version)) yield version;
      }
    }
    return undefined;
  }

  /** How many keys of the range are live at the revision. */
  count({ from, to }: KeyRange, revision: number): number {
    const first = this.#blockOf(from);
    const last = to === null ? this.#blocks.length - 1 : this.#blockOf(to);
    let count = 0;
    for (let at = first; at <= last; at++) {
      const block = this.#block(at);
      const begin = at === first ? block.placeOf(from) : 0;
      const end = at === last && to !== null ? block.placeOf(to) : block.histories.length;
      count += block.count(begin, end, revision);
    }
    return count;
  }

  /** The place of the block that holds the key, or would. */
  #blockOf(key: KeyText): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#block(middle).from <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #block(at: number): KeyBlock {
    return this.#blocks[at] as KeyBlock;
  }
}
