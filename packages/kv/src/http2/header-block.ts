import { ConnectionError, ERROR } from "./protocol.ts";

/** A request with more frames for its header block than this wastes our time. */
const CONTINUATIONS_MAX = 64;

/** A header block that did not fit its first frame, gathered from its continuations. */
export class HeaderBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly #bytesMax: number;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(streamId: number, endStream: boolean, bytesMax: number) {
    this.streamId = streamId;
    this.endStream = endStream;
    this.#bytesMax = bytesMax;
  }

  /** @throws {@link ConnectionError} `enhanceYourCalm`, as the block can no longer be decoded */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#length += end - start;
    if (this.#length > this.#bytesMax || this.#pieces.length > CONTINUATIONS_MAX) {
      throw new ConnectionError(ERROR.enhanceYourCalm, "header block too large");
    }
    this.#pieces.push(bytes.subarray(start, end));
  }

  join(): Uint8Array {
    return Buffer.concat(this.#pieces, this.#length);
  }
}
