import { FRAME_BYTES_MAX } from "./protocol.ts";

/** Takes bytes towards the peer. */
export interface ByteSink {
  /** Answers whether all of it has left, so that the memory may be used again. */
  write(pieces: readonly Uint8Array[]): boolean;
}

/** What is said to most connections in a turn fits. */
const SMALL_BYTES = 1024;

/** A full data frame and the frames around it fit. */
const LARGE_BYTES = 2 * FRAME_BYTES_MAX;

/**
 * Buffers shared by the connections of a server, so that a quiet connection holds none. A change that
 * thousands of them are told in one turn takes a small one of each.
 */
export class SlabPool {
  readonly #small: Uint8Array[] = [];
  readonly #large: Uint8Array[] = [];
  readonly #keepBytes: number;

  /** @param keepBytes - of either kind */
  constructor(keepBytes: number = 8 * 1024 * 1024) {
    this.#keepBytes = keepBytes;
  }

  /** A slab with room for so many bytes at least. */
  take(bytes: number): Uint8Array {
    if (bytes <= SMALL_BYTES) return this.#small.pop() ?? new Uint8Array(SMALL_BYTES);
    if (bytes > LARGE_BYTES) return new Uint8Array(bytes);
    return this.#large.pop() ?? new Uint8Array(LARGE_BYTES);
  }

  give(slab: Uint8Array): void {
    if (slab.length === SMALL_BYTES) this.#keep(this.#small, slab);
    else if (slab.length === LARGE_BYTES) this.#keep(this.#large, slab);
  }

  #keep(free: Uint8Array[], slab: Uint8Array): void {
    if (free.length * slab.length < this.#keepBytes) free.push(slab);
  }
}

const NONE = new Uint8Array(0);

/**
 * Bytes on their way to one peer, gathered until the end of the loop turn. A writer calls
 * {@link Outbound.ensure}, writes into `bytes` from `length` on, and then moves `length`.
 */
export class Outbound {
  /** The slab that is being filled. Changes with every call of `ensure` and `flush`. */
  bytes: Uint8Array = NONE;
  /** How much of `bytes` is filled. */
  length = 0;
  readonly #pool: SlabPool;
  #full: Uint8Array[] = [];
  #lengths: number[] = [];
  #fullBytes = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Bytes gathered since the last flush. */
  get total(): number {
    return this.#fullBytes + this.length;
  }

  /** Makes room for so many contiguous bytes at `length`. */
  ensure(count: number): void {
    const slab = this.bytes;
    if (slab.length - this.length >= count) return;
    if (slab.length <= SMALL_BYTES && this.length + count <= LARGE_BYTES) {
      // The first of a turn, and too small: in one piece it leaves in one write.
      this.bytes = this.#pool.take(this.length + count);
      this.bytes.set(slab.subarray(0, this.length));
      this.#pool.give(slab);
      return;
    }
    if (this.length > 0) {
      this.#full.push(slab);
      this.#lengths.push(this.length);
      this.#fullBytes += this.length;
    } else this.#pool.give(slab);
    this.bytes = this.#pool.take(Math.max(count, LARGE_BYTES));
    this.length = 0;
  }

  /** Hands everything to the sink. Slabs that it still reads from are left to it. */
  flush(sink: ByteSink): boolean {
    if (this.length > 0) {
      this.#full.push(this.bytes);
      this.#lengths.push(this.length);
    } else this.#pool.give(this.bytes);
    const slabs = this.#full;
    const lengths = this.#lengths;
    this.bytes = NONE;
    this.length = 0;
    this.#fullBytes = 0;
    if (slabs.length === 0) return true;
    this.#full = [];
    this.#lengths = [];
    const done = sink.write(slabs.map((slab, i) => slab.subarray(0, lengths[i])));
    if (done) for (const slab of slabs) this.#pool.give(slab);
    return done;
  }
}
