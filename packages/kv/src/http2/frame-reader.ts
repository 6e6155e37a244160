import { ConnectionError, ERROR, FRAME_BYTES_MAX, FRAME_HEADER_BYTES } from "./protocol.ts";

/** Takes frames as they become complete. The payload is `bytes[start, end)`. */
export interface FrameSink {
  frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
}

/**
 * Cuts a byte stream into frames. A frame within one chunk is passed on where it lies; only one
 * that spans chunks is copied, into a buffer of its own.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerLength = 0;
  #payload: Uint8Array | null = null;
  #payloadLength = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @throws {@link ConnectionError} `frameSizeError`, and whatever the sink throws */
  push(chunk: Uint8Array, offset: number = 0): void {
    let at = offset;
    if (this.#headerLength > 0) at = this.#resume(chunk, at);
    while (chunk.length - at >= FRAME_HEADER_BYTES) {
      const length = frameLength(chunk, at);
      const start = at + FRAME_HEADER_BYTES;
      if (chunk.length - start < length) break;
      at = start + length;
      this.#emit(chunk, start - FRAME_HEADER_BYTES, chunk, start, at);
    }
    if (at < chunk.length) this.#resume(chunk, at);
  }

  /** Goes on with a frame that does not lie within one chunk; returns the offset behind it. */
  #resume(chunk: Uint8Array, offset: number): number {
    let at = offset;
    if (this.#headerLength < FRAME_HEADER_BYTES) {
      const count = Math.min(FRAME_HEADER_BYTES - this.#headerLength, chunk.length - at);
      this.#header.set(chunk.subarray(at, at + count), this.#headerLength);
      this.#headerLength += count;
      at += count;
      if (this.#headerLength < FRAME_HEADER_BYTES) return at;
      this.#payload = new Uint8Array(frameLength(this.#header, 0));
      this.#payloadLength = 0;
    }
    const payload = this.#payload;
    if (payload === null) return at;
    const count = Math.min(payload.length - this.#payloadLength, chunk.length - at);
    payload.set(chunk.subarray(at, at + count), this.#payloadLength);
    this.#payloadLength += count;
    at += count;
    if (this.#payloadLength === payload.length) {
      this.#headerLength = 0;
      this.#payload = null;
      this.#emit(this.#header, 0, payload, 0, payload.length);
    }
    return at;
  }

  #emit(header: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): void {
    const streamId =
      (((header[at + 5] as number) & 0x7f) << 24) |
      ((header[at + 6] as number) << 16) |
      ((header[at + 7] as number) << 8) |
      (header[at + 8] as number);
    const type = header[at + 3] as number;
    this.#sink.frame(type, header[at + 4] as number, streamId, bytes, start, end);
  }
}

function frameLength(bytes: Uint8Array, at: number): number {
  const length =
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  if (length > FRAME_BYTES_MAX) {
    throw new ConnectionError(ERROR.frameSizeError, `frame of ${length} bytes`);
  }
  return length;
}
