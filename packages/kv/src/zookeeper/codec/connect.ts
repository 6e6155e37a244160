import { QuorateError } from "@quorate/core";
import { JuteReader } from "./jute-reader.ts";
import type { JuteWriter } from "./jute-writer.ts";
import { readSessionId, SESSION_ID_BYTES, writeSessionId, type SessionId } from "./session-id.ts";

/** The secret that a session is resumed with. */
export const PASSWORD_BYTES = 16;

/** Version 4, last zxid 8, timeout 4; the session id follows. */
const SESSION_AT = 16;

/** The first frame of a connection. */
export interface ConnectRequest {
  readonly lastZxidSeen: number;
  readonly timeoutMillis: number;
  /** The session to go on with; null for a new one. */
  readonly resume: {
    /** Null: a number that no session ever had. */
    readonly session: SessionId | null;
    readonly password: Uint8Array;
  } | null;
  /** Whether a read-only server will do; null: the client, from before 3.4, knows of none. */
  readonly readOnly: boolean | null;
}

/** @throws `ERR_MALFORMED` */
export function decodeConnectRequest(frame: Uint8Array): ConnectRequest {
  const reader = new JuteReader(frame);
  reader.int(); // the version: 0 since there are versions
  const lastZxidSeen = reader.long();
  const timeoutMillis = reader.int();
  const isNew = reader.long() === 0;
  const password = reader.buffer();
  if (password === null)
    throw new QuorateError("ERR_MALFORMED", "a connect request without password");
  return {
    lastZxidSeen,
    timeoutMillis,
    resume: isNew ? null : { session: readSessionId(frame, SESSION_AT), password },
    readOnly: reader.remaining > 0 ? reader.bool() : null,
  };
}

/** A session as the client is told of it. */
export interface Introduction {
  readonly session: SessionId;
  readonly timeoutMillis: number;
  readonly password: Uint8Array;
}

/**
 * Answers a connect request.
 *
 * @param introduction - null tells the client that its session has expired
 * @param readOnly - whether the server is; null for a client that knows of no such thing
 */
export function writeConnectResponse(
  writer: JuteWriter,
  introduction: Introduction | null,
  readOnly: boolean | null,
): void {
  const frame = writer.beginFrame();
  const id = new Uint8Array(SESSION_ID_BYTES);
  if (introduction !== null) writeSessionId(id, 0, introduction.session);
  writer
    .int(0)
    .int(introduction?.timeoutMillis ?? 0)
    .raw(id);
  writer.buffer(introduction?.password ?? new Uint8Array(PASSWORD_BYTES));
  if (readOnly !== null) writer.bool(readOnly);
  writer.endFrame(frame);
}
