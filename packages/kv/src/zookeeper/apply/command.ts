import { ByteReader, ByteWriter, type Index } from "@quorate/core";
import { PASSWORD_BYTES, REQUEST_HEADER_BYTES, type SessionId } from "../codec/index.ts";

/** What is replicated. A client's request is its own bytes, as they came, behind a small head. */
export type Command =
  | {
      readonly kind: "request";
      readonly session: SessionId;
      readonly attachment: Index;
      readonly sequence: number;
      /** Number, opcode and record. */
      readonly frame: Uint8Array;
    }
  /** The entry's index becomes the session's birth and its first attachment. */
  | {
      readonly kind: "openSession";
      readonly sid: number;
      readonly timeoutMillis: number;
      readonly password: Uint8Array;
    }
  /** A connection takes a session over; the entry's index becomes the attachment. */
  | {
      readonly kind: "attachSession";
      readonly session: SessionId;
      readonly timeoutMillis: number;
      readonly password: Uint8Array;
    }
  /** The leader heard nothing of the session for too long. One taken over meanwhile lives on. */
  | { readonly kind: "expireSession"; readonly session: SessionId; readonly attachment: Index };

const REQUEST = 1;
const OPEN_SESSION = 2;
const ATTACH_SESSION = 3;
const EXPIRE_SESSION = 4;

/** Head of a request: kind 1, session 7, attachment 6, sequence 4. */
const REQUEST_HEAD_BYTES = 18;
const SEQUENCE_AT = 14;

/** Makes the commands of one connection, whose heads differ in their sequence number only. */
export class RequestEncoder {
  readonly #head: Uint8Array;
  readonly #allocate: (bytes: number) => Uint8Array;
  #sequence = 0;

  /** @param allocate - gives memory that may hold anything */
  constructor(session: SessionId, attachment: Index, allocate: (bytes: number) => Uint8Array) {
    const head = new ByteWriter(REQUEST_HEAD_BYTES).u8(REQUEST);
    writeSession(head, session);
    this.#head = head.u48(attachment).u32(0).finish();
    this.#allocate = allocate;
  }

  /** The connection's next command. */
  encode(frame: Uint8Array): Uint8Array {
    const sequence = this.#sequence++;
    for (let i = 0; i < 4; i++) this.#head[SEQUENCE_AT + i] = sequence >>> (24 - 8 * i);
    const bytes = this.#allocate(REQUEST_HEAD_BYTES + frame.length);
    bytes.set(this.#head);
    bytes.set(frame, REQUEST_HEAD_BYTES);
    return bytes;
  }
}

/** Encodes what servers, not clients, ask for. */
export function encodeSessionCommand(command: Exclude<Command, { kind: "request" }>): Uint8Array {
  const writer = new ByteWriter(32);
  switch (command.kind) {
    case "openSession":
      writer.u8(OPEN_SESSION).u8(command.sid);
      return writer.u32(command.timeoutMillis).raw(command.password).finish();
    case "attachSession":
      writeSession(writer.u8(ATTACH_SESSION), command.session);
      return writer.u32(command.timeoutMillis).raw(command.password).finish();
    case "expireSession":
      writeSession(writer.u8(EXPIRE_SESSION), command.session);
      return writer.u48(command.attachment).finish();
  }
}

/** @throws `ERR_MALFORMED` */
export function decodeCommand(bytes: Uint8Array): Command {
  const reader = new ByteReader(bytes, "command");
  const kind = reader.u8();
  switch (kind) {
    case REQUEST: {
      const session = readSession(reader);
      const attachment = reader.u48();
      const sequence = reader.u32();
      if (reader.remaining < REQUEST_HEADER_BYTES) throw reader.malformed("no request follows");
      return { kind: "request", session, attachment, sequence, frame: reader.rest() };
    }
    case OPEN_SESSION: {
      const sid = reader.u8();
      const timeoutMillis = reader.u32();
      return { kind: "openSession", sid, timeoutMillis, password: readPassword(reader) };
    }
    case ATTACH_SESSION: {
      const session = readSession(reader);
      const timeoutMillis = reader.u32();
      return { kind: "attachSession", session, timeoutMillis, password: readPassword(reader) };
    }
    case EXPIRE_SESSION:
      return { kind: "expireSession", session: readSession(reader), attachment: reader.u48() };
    default:
      throw reader.malformed(`commands of kind ${kind} are not known here`);
  }
}

function writeSession(writer: ByteWriter, { sid, birth }: SessionId): ByteWriter {
  return writer.u8(sid).u48(birth);
}

function readSession(reader: ByteReader): SessionId {
  return { sid: reader.u8(), birth: reader.u48() };
}

/** A copy: the sessions keep it. */
function readPassword(reader: ByteReader): Uint8Array {
  return reader.raw(PASSWORD_BYTES).slice();
}
