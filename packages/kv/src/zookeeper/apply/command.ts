import { ByteReader, ByteWriter, type Index } from "@quorate/core";
import { PASSWORD_BYTES, REQUEST_HEADER_BYTES, type SessionId } from "../codec/index.ts";
import { EncodedAuthority, encodeAuthority } from "./authority-codec.ts";
import type { Authority } from "./prepare.ts";

/** What is replicated. A client's request is its own bytes, as they came, behind a small head. */
export type Command =
  | {
      readonly kind: "request";
      readonly session: SessionId;
      readonly attachment: Index;
      readonly sequence: number;
      /** Who asks, as the server that took the request knows. */
      readonly authority: Authority;
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
  | { readonly kind: "expireSession"; readonly session: SessionId; readonly attachment: Index }
  /** The leader found a container empty, or a node too old: it goes, if that is still so. */
  | {
      readonly kind: "reapNode";
      readonly path: string;
      /** After so many ms a container goes that never had a child; 0 keeps it. */
      readonly neverUsedMillis: number;
    };

const REQUEST = 1;
const OPEN_SESSION = 2;
const ATTACH_SESSION = 3;
const EXPIRE_SESSION = 4;
const REAP_NODE = 5;

/** Where a request's head, of kind 1, session 7 and attachment 6 bytes, has its sequence number. */
const SEQUENCE_AT = 14;

/** Of a head with the authority's length, which the authority follows. */
const HEAD_BYTES = 20;

/** Makes the commands of one connection, whose heads differ in their sequence number only. */
export class RequestEncoder {
  readonly #session: SessionId;
  readonly #attachment: Index;
  readonly #allocate: (bytes: number) => Uint8Array;
  #head: Uint8Array;
  #sequence = 0;

  /** @param allocate - gives memory that may hold anything */
  constructor(
    session: SessionId,
    attachment: Index,
    authority: Omit<Authority, "session">,
    allocate: (bytes: number) => Uint8Array,
  ) {
    this.#session = session;
    this.#attachment = attachment;
    this.#allocate = allocate;
    this.#head = this.#encodeHead(authority);
  }

  /** The client has proved to be somebody: its next requests are made in that name, too. */
  set authority(authority: Omit<Authority, "session">) {
    this.#head = this.#encodeHead(authority);
  }

  /** The connection's next command. */
  encode(frame: Uint8Array): Uint8Array {
    const sequence = this.#sequence++;
    const head = this.#head;
    for (let i = 0; i < 4; i++) head[SEQUENCE_AT + i] = sequence >>> (24 - 8 * i);
    const bytes = this.#allocate(head.length + frame.length);
    bytes.set(head);
    bytes.set(frame, head.length);
    return bytes;
  }

  #encodeHead(authority: Omit<Authority, "session">): Uint8Array {
    const encoded = encodeAuthority(authority);
    const head = new ByteWriter(HEAD_BYTES + encoded.length).u8(REQUEST);
    writeSession(head, this.#session);
    return head.u48(this.#attachment).u32(0).bytes(encoded).finish();
  }
}

/** Encodes what servers, not clients, ask for. */
export function encodeServerCommand(command: Exclude<Command, { kind: "request" }>): Uint8Array {
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
    case "reapNode":
      return writer.u8(REAP_NODE).u48(command.neverUsedMillis).string(command.path).finish();
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
      const authority = reader.bytes();
      if (authority.length === 0) throw reader.malformed("no authority");
      if (reader.remaining < REQUEST_HEADER_BYTES) throw reader.malformed("no request follows");
      return {
        kind: "request",
        session,
        attachment,
        sequence,
        authority: new EncodedAuthority(session, authority),
        frame: reader.rest(),
      };
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
    case REAP_NODE: {
      const neverUsedMillis = reader.u48();
      return { kind: "reapNode", path: reader.string(), neverUsedMillis };
    }
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
