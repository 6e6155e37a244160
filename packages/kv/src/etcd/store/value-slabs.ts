/** Small values share buffers of this size: a buffer of its own costs more than a small value. */
const SLAB_BYTES = 64 * 1024;

/** Larger values have a buffer of their own. */
const SHARED_BYTES_MAX = 4 * 1024;

/** Where a value lies. */
export interface ValuePlace {
  readonly buffer: Uint8Array;
  readonly at: number;
}

/**
 * Memory for values. A slab lives as long as any value in it, so what is kept together should be
 * forgotten together: whoever keeps the values counts {@link sharedBytes}, and moves those that are
 * left when most of what they hold on to is waste.
 */
export class ValueSlabs {
  #slab = new Uint8Array(0);
  #used = 0;

  /** Copies the value, which may be part of something larger. */
  keep(value: Uint8Array): ValuePlace {
    const size = value.length;
    if (size > SHARED_BYTES_MAX) {
      const buffer = new Uint8Array(size);
      buffer.set(value);
      return { buffer, at: 0 };
    }
    if (size > this.#slab.length - this.#used) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += size;
    this.#slab.set(value, at);
    return { buffer: this.#slab, at };
  }
}

/** Bytes of a slab that a value of this size takes. */
export function sharedBytes(valueBytes: number): number {
  return valueBytes > SHARED_BYTES_MAX ? 0 : valueBytes;
}
