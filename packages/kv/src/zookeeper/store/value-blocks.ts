/**
 * Shared by the values of several nodes: one that survives all others keeps this much memory. Small,
 * because a tree may hold few old values among many that came and went.
 */
const BLOCK_BYTES = 2048;

/** Larger values get memory of their own. */
const SHARED_BYTES_MAX = 512;

/**
 * Memory for the data of nodes. What is kept must not hold on to the batch that it came in, and a
 * buffer for each small value would cost more than the value.
 */
export class ValueBlocks {
  #block: Uint8Array = new Uint8Array(0);
  #used = 0;

  copy(value: Uint8Array | null): Uint8Array | null {
    if (value === null || value.length > SHARED_BYTES_MAX) return value?.slice() ?? null;
    if (this.#used + value.length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#used = 0;
    }
    const copy = this.#block.subarray(this.#used, this.#used + value.length);
    copy.set(value);
    this.#used += value.length;
    return copy;
  }
}
