import type { Outbound } from "./outbound.ts";
import { FLAG, FRAME, FRAME_HEADER_BYTES, type Http2ErrorCode } from "./protocol.ts";

/** Writes a frame header at the offset and returns the offset behind it. */
export function writeFrameHeader(
  into: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  return writeU32(into, at + 5, streamId);
}

export function writeU32(into: Uint8Array, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return at + 4;
}

/** Appends a whole frame's header and returns where its payload begins. */
function append(
  out: Outbound,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  out.ensure(FRAME_HEADER_BYTES + length);
  const at = writeFrameHeader(out.bytes, out.length, length, type, flags, streamId);
  out.length = at + length;
  return at;
}

export function appendSettings(
  out: Outbound,
  settings: readonly (readonly [number, number])[],
): void {
  let at = append(out, settings.length * 6, FRAME.settings, 0, 0);
  for (const [id, value] of settings) {
    out.bytes[at] = id >>> 8;
    out.bytes[at + 1] = id;
    at = writeU32(out.bytes, at + 2, value);
  }
}

export function appendSettingsAck(out: Outbound): void {
  append(out, 0, FRAME.settings, FLAG.ack, 0);
}

/** @param payload - eight bytes at the offset */
export function appendPing(out: Outbound, ack: boolean, payload: Uint8Array, from: number): void {
  const at = append(out, 8, FRAME.ping, ack ? FLAG.ack : 0, 0);
  for (let i = 0; i < 8; i++) out.bytes[at + i] = payload[from + i] as number;
}

export function appendWindowUpdate(out: Outbound, streamId: number, increment: number): void {
  const at = append(out, 4, FRAME.windowUpdate, 0, streamId);
  writeU32(out.bytes, at, increment);
}

export function appendRstStream(out: Outbound, streamId: number, code: Http2ErrorCode): void {
  const at = append(out, 4, FRAME.rstStream, 0, streamId);
  writeU32(out.bytes, at, code);
}

/** @param text - ASCII for whoever debugs the peer */
export function appendGoaway(
  out: Outbound,
  lastStreamId: number,
  code: Http2ErrorCode,
  text: string,
): void {
  const at = append(out, 8 + text.length, FRAME.goaway, 0, 0);
  writeU32(out.bytes, at, lastStreamId);
  writeU32(out.bytes, at + 4, code);
  for (let i = 0; i < text.length; i++) out.bytes[at + 8 + i] = text.charCodeAt(i);
}
