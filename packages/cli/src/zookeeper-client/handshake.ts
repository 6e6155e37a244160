import type { JuteReader } from "./jute-reader.ts";
import { JuteWriter } from "./jute-writer.ts";

const PROTOCOL_VERSION = 0;
const NEW_SESSION = { id: 0n, password: new Uint8Array(16) };

/** What a client takes to another server, to go on with its session there. */
export interface SessionGrant {
  readonly id: bigint;
  readonly password: Uint8Array;
  /** How long it outlives a client that is silent. */
  readonly timeoutMs: number;
}

/**
 * Asks for a session: a new one, or to go on with one.
 *
 * @param lastZxid - what was seen before; a server that is behind it closes the connection
 */
export function encodeConnectRequest(
  timeoutMs: number,
  lastZxid: bigint,
  session: SessionGrant | null,
): Uint8Array {
  const { id, password } = session ?? NEW_SESSION;
  const writer = new JuteWriter().int(PROTOCOL_VERSION).long(lastZxid).int(timeoutMs);
  // False: a server that lost its ensemble would show what it knew then.
  return writer.long(id).buffer(password).bool(false).finish();
}

/** The session that the server opened; null when it refused, as it does to one that has expired. */
export function decodeConnectResponse(reader: JuteReader): SessionGrant | null {
  reader.int(); // protocol version
  const timeoutMs = reader.int();
  if (timeoutMs <= 0) return null;
  const id = reader.long();
  const password = reader.buffer() ?? NEW_SESSION.password;
  return { id, password: password.slice(), timeoutMs };
}
