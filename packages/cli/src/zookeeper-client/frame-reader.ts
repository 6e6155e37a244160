import { QuorateError } from "@quorate/core";

const LENGTH_BYTES = 4;
/** No answer may be larger, whatever a server says. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** Cuts what a connection brings into frames: a length, then that many bytes. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /**
   * The next frame without its length, or null while it is not there as a whole.
   *
   * @throws `ERR_LIMIT` for a length that no answer has
   */
  next(): Uint8Array | null {
    if (this.#bytes < LENGTH_BYTES) return null;
    const length = this.#join(LENGTH_BYTES).readInt32BE(0);
    if (length < 0 || length > FRAME_BYTES_MAX) {
      throw new QuorateError("ERR_LIMIT", `an answer of ${length} bytes is impossible`);
    }
    const end = LENGTH_BYTES + length;
    if (this.#bytes < end) return null;
    const bytes = this.#join(end);
    this.#chunks = [bytes.subarray(end)];
    this.#bytes -= end;
    return bytes.subarray(LENGTH_BYTES, end);
  }

  /** The first chunk, with at least so many bytes; joined no sooner, so that each is copied once. */
  #join(count: number): Buffer {
    const [first] = this.#chunks;
    if (first && first.length >= count) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
