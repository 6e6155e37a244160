import { QuorateError } from "@quorate/core";
import { crc32 } from "node:zlib";

/**
 * A frame on the wire: length 4 (of what follows the checksum), CRC-32 4, and then a channel 4 and
 * a group's payload, or the byte {@link CONTROL} and what members tell each other of their groups.
 *
 * The control frame has been the same in every version of the peer protocol, and has to stay: by it
 * members of two versions find out that they are.
 */
const PREFIX_BYTES = 8;
const CHANNEL_BYTES = 4;

/** A group's frame without its payload. */
export const FRAME_HEAD_BYTES: number = PREFIX_BYTES + CHANNEL_BYTES;

/** The first byte of control frames; no channel's number begins with it. */
const CONTROL = 255;
const CHANNELS_MAX = CONTROL * 2 ** 24;

/** What frames of one group on one connection have in common. */
export interface Channel {
  readonly id: number;
  /** Of the id's bytes: each frame's checksum goes on from it. */
  readonly crc: number;
}

/** @param id - the receiver's number for the group */
export function channelOf(id: number): Channel {
  if (id >= CHANNELS_MAX) throw new QuorateError("ERR_LIMIT", "a connection is out of channels");
  const bytes = Buffer.alloc(CHANNEL_BYTES);
  bytes.writeUInt32BE(id);
  return { id, crc: crc32(bytes) };
}

/** The frame's head, to be sent before its parts. */
export function frameHead(channel: Channel, parts: readonly Uint8Array[]): Uint8Array {
  let length = CHANNEL_BYTES;
  let crc = channel.crc;
  for (const part of parts) {
    length += part.length;
    crc = crc32(part, crc);
  }
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(crc, 4);
  head.writeUInt32BE(channel.id, PREFIX_BYTES);
  return head;
}

/** A whole control frame. */
export function controlFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + 1 + message.length);
  frame[PREFIX_BYTES] = CONTROL;
  frame.set(message, PREFIX_BYTES + 1);
  frame.writeUInt32BE(1 + message.length, 0);
  frame.writeUInt32BE(crc32(frame.subarray(PREFIX_BYTES)), 4);
  return frame;
}

/** Where a {@link FrameReader} puts what it reads. */
export interface FrameSink {
  control(message: Uint8Array): void;
  frame(channel: number, payload: Uint8Array): void;
}

/**
 * Cuts a stream into frames. A frame that lies within one chunk is given out as a view of it; one
 * that does not is assembled with one copy.
 */
export class FrameReader {
  /** A longer frame is refused before anything is kept of it. */
  bytesMax: number;
  readonly #sink: FrameSink;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixLength = 0;
  /** The frame being assembled; null while its prefix is not complete. */
  #body: Buffer | null = null;
  #bodyLength = 0;

  constructor(bytesMax: number, sink: FrameSink) {
    this.bytesMax = bytesMax;
    this.#sink = sink;
  }

  /** @throws `ERR_MALFORMED` for a length or checksum that cannot be */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#body === null ? this.#begin(chunk, at) : this.#go(chunk, at);
  }

  #begin(chunk: Buffer, start: number): number {
    const wanted = PREFIX_BYTES - this.#prefixLength;
    const taken = chunk.copy(this.#prefix, this.#prefixLength, start, start + wanted);
    this.#prefixLength += taken;
    const at = start + taken;
    if (this.#prefixLength < PREFIX_BYTES) return at;
    const length = this.#prefix.readUInt32BE(0);
    if (length > this.bytesMax) {
      throw new QuorateError("ERR_MALFORMED", `a frame of ${length} bytes cannot be`);
    }
    if (chunk.length - at >= length) {
      this.#prefixLength = 0;
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
      this.#prefixLength = 0;
      this.#finish(body);
    }
    return start + taken;
  }

  #finish(body: Buffer): void {
    if (crc32(body) !== this.#prefix.readUInt32BE(4)) {
      throw new QuorateError("ERR_MALFORMED", "a frame's checksum is wrong");
    }
    if (body[0] === CONTROL) return this.#sink.control(viewFrom(body, 1));
    if (body.length < CHANNEL_BYTES) {
      throw new QuorateError("ERR_MALFORMED", `a frame of ${body.length} bytes cannot be`);
    }
    this.#sink.frame(body.readUInt32BE(0), viewFrom(body, CHANNEL_BYTES));
  }
}

/** A plain view: slicing a Buffer costs more. */
function viewFrom(body: Buffer, offset: number): Uint8Array {
  return new Uint8Array(body.buffer, body.byteOffset + offset, body.length - offset);
}
