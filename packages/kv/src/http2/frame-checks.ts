import { ConnectionError, ERROR, FRAME, type Http2ErrorCode } from "./protocol.ts";

/** Sizes that a payload must have (RFC 9113 §6), beside those that depend on flags. */
const EXACT: Readonly<Record<number, number>> = {
  [FRAME.priority]: 5,
  [FRAME.rstStream]: 4,
  [FRAME.ping]: 8,
  [FRAME.windowUpdate]: 4,
};

/** Frames that belong to a stream, and those that belong to the connection. */
const ON_STREAM: readonly number[] = [
  FRAME.data,
  FRAME.headers,
  FRAME.priority,
  FRAME.rstStream,
  FRAME.continuation,
];
const ON_CONNECTION: readonly number[] = [FRAME.settings, FRAME.ping, FRAME.goaway];

/** What is wrong with a frame by itself: null, or an error code. */
export function frameFault(type: number, streamId: number, length: number): Http2ErrorCode | null {
  if (streamId === 0 ? ON_STREAM.includes(type) : ON_CONNECTION.includes(type)) {
    return ERROR.protocolError;
  }
  const exact = EXACT[type];
  return exact !== undefined && exact !== length ? ERROR.frameSizeError : null;
}

/** Where a padded payload ends (RFC 9113 §6.1). */
export function paddedEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) throw new ConnectionError(ERROR.frameSizeError, "no pad length");
  const behind = end - (bytes[start] as number);
  if (behind <= start) throw new ConnectionError(ERROR.protocolError, "more padding than payload");
  return behind;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return readU31(bytes, at) + ((bytes[at] as number) >>> 7) * 0x8000_0000;
}

/** A number whose first bit is reserved. */
export function readU31(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) & 0x7f) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
