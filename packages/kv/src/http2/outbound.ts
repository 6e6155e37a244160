import { FRAME_BYTES_MAX } from "./protocol.ts";

/** Takes bytes towards the peer. */
export interface ByteSink {
  /** Answers whether all of it has left, so that the memory may be used again. */
  write(pieces: readonly Uint8Array[]): boolean;
}

/** A full data frame and the frames around it fit. */
const SLAB_BYTES = 2 * FRAME_BYTES_MAX;

/** Buffers shared by the connections of a server, so that a quiet connection holds none. */
export class SlabPool {
  readonly #free: Uint8Array[] = [];
  readonly #keep: number;

  constructor(keep: number = 256) {
    this.#keep = keep;
  }

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(SLAB_BYTES);
  }

  give(slab: Uint8Array): void {
    if (slab.length === SLAB_BYTES && this.#free.length < this.#keep) this.#free.push(slab);
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
    if (this.bytes.length - this.length >= count) return;
    if (this.length > 0) {
      this.#full.push(this.bytes);
      this.#lengths.push(this.length);
      this.#fullBytes += this.length;
    } else this.#pool.give(this.bytes);
    this.bytes = count <= SLAB_BYTES ? this.#pool.take() : new Uint8Array(count);
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
