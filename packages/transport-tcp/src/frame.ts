import { QuorateError } from "@quorate/core";
import { crc32 } from "node:zlib";

/**
 * A frame on the wire: length 4 (of what follows the checksum), CRC-32 4, channel 1, payload.
 * The channel is a group's place in the handshake, or {@link CONTROL}.
 */
export const FRAME_HEAD_BYTES = 9;

/** The channel of handshakes and probes. */
export const CONTROL = 255;

/** The frame's head, to be sent before its parts. */
export function frameHead(channel: number, parts: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  head[8] = channel;
  let length = 1;
  let crc = crc32(head.subarray(8));
  for (const part of parts) {
    length += part.length;
    crc = crc32(part, crc);
  }
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(crc, 4);
  return head;
}

/**
 * Cuts a stream into frames. A frame that lies within one chunk is given out as a view of it; one
 * that does not is assembled with one copy.
 */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #deliver: (channel: number, payload: Uint8Array) => void;
  readonly #head = Buffer.alloc(8);
  #headLength = 0;
  /** The frame being assembled; null while the head is not complete. */
  #body: Buffer | null = null;
  #bodyLength = 0;

  constructor(bytesMax: number, deliver: (channel: number, payload: Uint8Array) => void) {
    this.#bytesMax = bytesMax;
    this.#deliver = deliver;
  }

  /** @throws `ERR_MALFORMED` for a length or checksum that cannot be */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#body === null ? this.#begin(chunk, at) : this.#go(chunk, at);
  }

  #begin(chunk: Buffer, start: number): number {
    const taken = chunk.copy(this.#head, this.#headLength, start, start + 8 - this.#headLength);
    this.#headLength += taken;
    const at = start + taken;
    if (this.#headLength < 8) return at;
    const length = this.#head.readUInt32BE(0);
    if (length < 1 || length > this.#bytesMax) {
      throw new QuorateError("ERR_MALFORMED", `a frame of ${length} bytes cannot be`);
    }
    if (chunk.length - at >= length) {
      this.#headLength = 0;
      this.#finish(chunk.subarray(at, at + length));
      return at + length;
    }
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyLength = 0;
    return at;
  }

  #go(chunk: Buffer, start: number): number {
    const body = this.#body;
    if (body === null) return start;
    const taken = chunk.copy(body, this.#bodyLength, start);
    this.#bodyLength += taken;
    if (this.#bodyLength === body.length) {
      this.#body = null;
      this.#headLength = 0;
      this.#finish(body);
    }
    return start + taken;
  }

  #finish(body: Buffer): void {
    if (crc32(body) !== this.#head.readUInt32BE(4)) {
      throw new QuorateError("ERR_MALFORMED", "a frame's checksum is wrong");
    }
    // Plain views from here on: slicing a Buffer costs more.
    const payload = new Uint8Array(body.buffer, body.byteOffset + 1, body.length - 1);
    this.#deliver(body[0] ?? CONTROL, payload);
  }
}
