import { QuorateError } from "@quorate/core";
import { intAt } from "./jute-reader.ts";

const NOTHING = new Uint8Array(0);

/** Bytes of a frame's length. */
const LENGTH_BYTES = 4;

/**
 * Cuts a stream into its length-prefixed frames. A frame that lies in one chunk is a view of it; of
 * one that does not, no more is held than has arrived, so that a length alone costs nothing.
 */
export class FrameSplitter {
  #bytesMax: number;
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** What there is, length and all, of a frame that did not end with its chunk. */
  #begun: Uint8Array = NOTHING;
  #begunBytes = 0;

  /** @param bytesMax - longest frame that is taken */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** From now on frames may be this long. */
  set bytesMax(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether there are bytes that no call of {@link FrameSplitter.next} has looked at. */
  get hasUnread(): boolean {
    return this.#at < this.#chunk.length;
  }

  /** Bytes held of a frame whose end has not arrived. */
  get begunBytes(): number {
    return this.#begunBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.hasUnread) {
      const rest = this.#chunk.subarray(this.#at);
      const joined = new Uint8Array(rest.length + chunk.length);
      joined.set(rest);
      joined.set(chunk, rest.length);
      this.#chunk = joined;
    } else this.#chunk = chunk;
    this.#at = 0;
  }

  /** The first 32 bits of the next frame as a number, which need not be a length; null until they are there. */
  peekLength(): number | null {
    this.#fillTo(LENGTH_BYTES);
    return this.#begunBytes < LENGTH_BYTES ? null : intAt(this.#begun, 0);
  }

  /**
   * The next whole frame without its length; null until more has arrived.
   *
   * @throws `ERR_LIMIT` for a frame that is too long, or of a negative length
   */
  next(): Uint8Array | null {
    if (this.#begunBytes === 0) {
      const left = this.#chunk.length - this.#at;
      if (left >= LENGTH_BYTES) {
        const end = this.#at + LENGTH_BYTES + this.#checked(intAt(this.#chunk, this.#at));
        if (end <= this.#chunk.length) {
          const frame = this.#chunk.subarray(this.#at + LENGTH_BYTES, end);
          this.#at = end;
          return frame;
        }
      }
    }
    this.#fillTo(LENGTH_BYTES);
    if (this.#begunBytes < LENGTH_BYTES) return null;
    const size = LENGTH_BYTES + this.#checked(intAt(this.#begun, 0));
    this.#fillTo(size);
    if (this.#begunBytes < size) return null;
    const frame = this.#begun.subarray(LENGTH_BYTES, size);
    this.#begun = NOTHING;
    this.#begunBytes = 0;
    return frame;
  }

  /** Moves bytes from the chunk to what has begun, up to so many in all. */
  #fillTo(size: number): void {
    const count = Math.min(size - this.#begunBytes, this.#chunk.length - this.#at);
    if (count <= 0) return;
    const needed = this.#begunBytes + count;
    if (needed > this.#begun.length) {
      const grown = new Uint8Array(Math.min(Math.max(needed, 2 * this.#begun.length), size));
      grown.set(this.#begun.subarray(0, this.#begunBytes));
      this.#begun = grown;
    }
    this.#begun.set(this.#chunk.subarray(this.#at, this.#at + count), this.#begunBytes);
    this.#begunBytes = needed;
    this.#at += count;
    if (!this.hasUnread) this.#chunk = NOTHING;
  }

  #checked(length: number): number {
    if (length >= 0 && length <= this.#bytesMax) return length;
    throw new QuorateError(
      "ERR_LIMIT",
      `a frame of ${length} bytes; at most ${this.#bytesMax} are taken`,
    );
  }
}
