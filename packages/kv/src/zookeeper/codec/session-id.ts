import { intAt } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";

/**
 * Names a session for ever. On the wire it is one 64-bit number: the creating server in the highest
 * byte, as in ZooKeeper, and below it the index of the log entry that created the session, which no
 * clock can make come twice.
 */
export interface SessionId {
  /** The lowest byte of the id of the server that the session was created at. */
  readonly sid: number;
  /** Index of the entry that created it, below 2^48; unique by itself. */
  readonly birth: number;
}

/** The bytes that an id takes. */
export const SESSION_ID_BYTES = 8;

/** The id at the offset; null for a number that names no session that could ever have been. */
export function readSessionId(bytes: Uint8Array, at: number): SessionId | null {
  const high = intAt(bytes, at) >>> 0;
  const birth = (high & 0xffff) * 0x1_0000_0000 + (intAt(bytes, at + 4) >>> 0);
  return (high & 0xff_0000) === 0 && birth > 0 ? { sid: high >>> 24, birth } : null;
}

export function writeSessionId(bytes: Uint8Array, at: number, { sid, birth }: SessionId): void {
  bytes[at] = sid;
  bytes[at + 1] = 0;
  for (let i = 7, rest = birth; i > 1; i--, rest = Math.floor(rest / 256)) bytes[at + i] = rest;
}

/** The id as a number of a record. */
export function writeSessionLong(writer: JuteWriter, { sid, birth }: SessionId): void {
  writer.int((sid << 24) | Math.floor(birth / 0x1_0000_0000)).int(birth);
}

/** As ZooKeeper prints it. */
export function sessionText({ sid, birth }: SessionId): string {
  const low = birth.toString(16);
  return sid === 0 ? `0x${low}` : `0x${sid.toString(16)}${low.padStart(14, "0")}`;
}
