import { assertNever, utf8Decode, utf8Encode } from "@quorate/core";
import {
  CREATE_FLAGS,
  JuteReader,
  JuteWriter,
  OPCODE,
  PERMISSION,
  XID,
} from "../../../zookeeper/codec/index.ts";
import type { EventType, ZnodeRequest, ZnodeResult, ZnodeStat } from "../../sessions/facts.ts";

/** What a client proves its session with. */
export interface Credentials {
  readonly session: bigint;
  readonly password: Uint8Array;
}

/** What a server answers to a greeting. */
export interface Welcome extends Credentials {
  readonly timeoutMillis: number;
}

/** Requests that are not counted among a client's own. */
export const SET_WATCHES_XID = -8;

/** A greeting, as the first frame of a connection. */
export function encodeGreeting(
  resumed: Credentials | null,
  timeoutMillis: number,
  lastZxidSeen: number,
  mayReadOnly: boolean,
): Uint8Array {
  return framed((writer) => {
    writer.int(0).long(lastZxidSeen).int(timeoutMillis);
    writer.raw(sessionBytes(resumed?.session ?? 0n));
    writer.buffer(resumed?.password ?? new Uint8Array(16)).bool(mayReadOnly);
  });
}

/** Null: the session has expired. */
export function decodeWelcome(frame: Uint8Array): Welcome | null {
  const reader = new JuteReader(frame);
  reader.int();
  const timeoutMillis = reader.int();
  const session = new DataView(frame.buffer, frame.byteOffset).getBigUint64(8);
  const password = new JuteReader(frame, 16).buffer()?.slice() ?? new Uint8Array(16);
  return session === 0n ? null : { session, timeoutMillis, password };
}

/** The number that a request has; the counted ones have one of their own each. */
export function xidOf(request: ZnodeRequest, count: number): number {
  if (request.kind === "ping") return XID.ping;
  return request.kind === "setWatches" ? SET_WATCHES_XID : count;
}

/** A request as a frame. */
export function encodeRequest(xid: number, request: ZnodeRequest): Uint8Array {
  return framed((writer) => writeRequest(writer.int(xid), request));
}

function writeRequest(writer: JuteWriter, request: ZnodeRequest): void {
  switch (request.kind) {
    case "create": {
      const { path, value, ephemeral, sequential } = request;
      writer.int(OPCODE.create).ustring(path).buffer(utf8Encode(value));
      writer.int(1).int(PERMISSION.all).ustring("world").ustring("anyone");
      const { persistentSequential, persistent } = CREATE_FLAGS;
      const lasting = sequential ? persistentSequential : persistent;
      return void writer.int(lasting + (ephemeral ? CREATE_FLAGS.ephemeral : 0));
    }
    case "set":
      writer.int(OPCODE.setData).ustring(request.path).buffer(utf8Encode(request.value));
      return void writer.int(request.version ?? -1);
    case "delete":
      return void writer
        .int(OPCODE.delete)
        .ustring(request.path)
        .int(request.version ?? -1);
    case "exists":
      return void writer.int(OPCODE.exists).ustring(request.path).bool(request.watch);
    case "get":
      return void writer.int(OPCODE.getData).ustring(request.path).bool(request.watch);
    case "children":
      return void writer.int(OPCODE.getChildren2).ustring(request.path).bool(request.watch);
    case "sync":
      return void writer.int(OPCODE.sync).ustring("/");
    case "ping":
      return void writer.int(OPCODE.ping);
    case "close":
      return void writer.int(OPCODE.closeSession);
    case "setWatches": {
      writer.int(OPCODE.setWatches).long(request.seen);
      for (const kind of ["data", "exist", "children"] as const) {
        const paths = request.watches.filter((watch) => watch.kind === kind);
        writer.int(paths.length);
        for (const { path } of paths) writer.ustring(path);
      }
      return;
    }
    default:
      assertNever(request);
  }
}

/** What a server says. */
export type Answer =
  | {
      readonly kind: "event";
      readonly event: EventType;
      readonly path: string;
      readonly zxid: number;
    }
  | RawReply;

/** A reply, of which the header has been read. */
export interface RawReply {
  readonly kind: "reply";
  readonly xid: number;
  readonly zxid: number;
  readonly error: number;
  readonly reader: JuteReader;
}

const EVENTS: readonly (EventType | null)[] = [
  null,
  "created",
  "deleted",
  "data changed",
  "children changed",
];

export function decodeAnswer(frame: Uint8Array): Answer {
  const reader = new JuteReader(frame);
  const xid = reader.int();
  const zxid = reader.long();
  const error = reader.int();
  if (xid !== XID.notification) return { kind: "reply", xid, zxid, error, reader };
  const event = EVENTS[reader.int()];
  if (event === undefined || event === null) throw new RangeError("an event of no known type");
  reader.int(); // the state: connected
  return { kind: "event", event, path: reader.text(), zxid };
}

/** What a reply says; its header has been read. */
export function decodeResult(
  request: ZnodeRequest,
  { error, reader: body }: RawReply,
): ZnodeResult {
  if (error !== 0) return { kind: "refused", code: error };
  switch (request.kind) {
    case "create":
      return { kind: "created", path: body.text() };
    case "set":
    case "exists":
      return { kind: "stat", stat: readStat(body) };
    case "get": {
      const value = utf8Decode(body.buffer() ?? new Uint8Array());
      return { kind: "data", value, stat: readStat(body) };
    }
    case "children": {
      const names = Array.from({ length: body.int() }, () => body.text());
      return { kind: "children", names, stat: readStat(body) };
    }
    case "delete":
    case "sync":
    case "ping":
    case "close":
    case "setWatches":
      return { kind: "done" };
  }
}

function readStat(reader: JuteReader): ZnodeStat {
  const [czxid, mzxid] = [reader.long(), reader.long()];
  reader.long(); // ctime
  reader.long(); // mtime
  const version = reader.int();
  reader.int(); // cversion
  reader.int(); // aversion
  const owner = (BigInt(reader.int() >>> 0) << 32n) | BigInt(reader.int() >>> 0);
  reader.int(); // dataLength
  reader.int(); // numChildren
  return { czxid, mzxid, pzxid: reader.long(), version, owner };
}

/** What of a `multi` is used here. */
export type MultiOperation =
  | { readonly kind: "check"; readonly path: string; readonly version: number }
  | { readonly kind: "set"; readonly path: string; readonly value: string };

export function encodeMulti(xid: number, operations: readonly MultiOperation[]): Uint8Array {
  return framed((writer) => {
    writer.int(xid).int(OPCODE.multi);
    for (const operation of operations) {
      const isSet = operation.kind === "set";
      writer
        .int(isSet ? OPCODE.setData : OPCODE.check)
        .bool(false)
        .int(-1);
      writer.ustring(operation.path);
      if (isSet) writer.buffer(utf8Encode(operation.value)).int(-1);
      else writer.int(operation.version);
    }
    writer.int(-1).bool(true).int(-1);
  });
}

/** Whether everything was done, and not nothing. */
export function decodeMulti({ error, reader }: RawReply): boolean {
  return error === 0 && reader.int() !== OPCODE.error;
}

/** A container, or where there is a time to live, a node with one. */
export function encodeMortal(xid: number, path: string, ttlMillis: number | null): Uint8Array {
  return framed((writer) => {
    const isContainer = ttlMillis === null;
    writer.int(xid).int(isContainer ? OPCODE.createContainer : OPCODE.createTtl);
    writer.ustring(path).buffer(new Uint8Array());
    writer.int(1).int(PERMISSION.all).ustring("world").ustring("anyone");
    writer.int(isContainer ? CREATE_FLAGS.container : CREATE_FLAGS.persistentTtl);
    if (!isContainer) writer.long(ttlMillis);
  });
}

/** A watch that stays until its connection ends, and is left again on the next. */
export interface Followed {
  readonly kind: "persistent" | "recursive";
  readonly path: string;
}

const FOLLOW_MODES = { persistent: 0, recursive: 1 } as const;

export function encodeFollow(xid: number, { kind, path }: Followed): Uint8Array {
  return framed((writer) =>
    writer.int(xid).int(OPCODE.addWatch).ustring(path).int(FOLLOW_MODES[kind]),
  );
}

/** Leaves persistent watches again, and no others. */
export function encodeFollowAgain(followed: readonly Followed[], seen: number): Uint8Array {
  return framed((writer) => {
    writer.int(SET_WATCHES_XID).int(OPCODE.setWatches2).long(seen).int(0).int(0).int(0);
    for (const kind of ["persistent", "recursive"] as const) {
      const paths = followed.filter((each) => each.kind === kind);
      writer.int(paths.length);
      for (const { path } of paths) writer.ustring(path);
    }
  });
}

function framed(write: (writer: JuteWriter) => void): Uint8Array {
  const writer = new JuteWriter();
  const frame = writer.beginFrame();
  write(writer);
  writer.endFrame(frame);
  return writer.finish();
}

function sessionBytes(session: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, session);
  return bytes;
}
