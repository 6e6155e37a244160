import type { KeyRange, KeyText } from "./key-order.ts";

/** A full block is cut in two. Inserting moves half of one at most: a memmove of a few KiB. */
const BLOCK_KEYS_MAX = 512;

/** A sorted list of keys in blocks: finding is two binary searches, walking is walking arrays. */
export class SortedKeys {
  #blocks: KeyText[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The key must not be there yet. */
  add(key: KeyText): void {
    this.#size++;
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(lowerBound(block, key), 0, key);
    if (block.length > BLOCK_KEYS_MAX) {
      this.#blocks.splice(at + 1, 0, block.splice(BLOCK_KEYS_MAX >> 1));
    }
  }

  delete(key: KeyText): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    const place = block === undefined ? 0 : lowerBound(block, key);
    if (block === undefined || block[place] !== key) return;
    this.#size--;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The keys of the range, in order. The list must not change meanwhile. */
  *range({ from, to }: KeyRange): Generator<KeyText> {
    let place = -1;
    for (let at = this.#blockOf(from); at < this.#blocks.length; at++) {
      const block = this.#blocks[at] ?? [];
      place = place < 0 ? lowerBound(block, from) : 0;
      for (; place < block.length; place++) {
        const key = block[place];
        if (key === undefined || (to !== null && key >= to)) return;
        yield key;
      }
    }
  }

  /** The block that holds the key, or would. */
  #blockOf(key: KeyText): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle]?.[0] ?? "") <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(block: readonly KeyText[], key: KeyText): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] as KeyText) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
