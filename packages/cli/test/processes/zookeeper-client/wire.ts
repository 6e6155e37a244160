import { ByteWriter } from "@quorate/core";
import type { EventType, Watch, ZnodeRequest, ZnodeResult, ZnodeStat } from "@quorate/kv/testing";
import { JuteReader } from "../../../src/zookeeper-client/jute-reader.ts";

/**
 * ZooKeeper's protocol as a client speaks it that has sessions, ephemeral nodes and one-shot watches.
 *
 * @packageDocumentation
 */

const OPCODE = {
  create: 1,
  delete: 2,
  exists: 3,
  get: 4,
  set: 5,
  sync: 9,
  ping: 11,
  children: 12,
  setWatches: 101,
  close: -11,
} as const satisfies Record<ZnodeRequest["kind"], number>;

/** Requests that are no part of a client's own counting. */
export const XID = { told: -1, ping: -2, setWatches: -8 } as const;

const EVENTS: readonly (EventType | null)[] = [
  null,
  "created",
  "deleted",
  "data changed",
  "children changed",
];

const ANY_VERSION = -1;
const ALL_PERMISSIONS = 31;
const EPHEMERAL = 1;
const SEQUENTIAL = 2;

/** What a client takes to another server, to go on with its session there. */
export interface SessionSecret {
  readonly id: bigint;
  readonly password: Uint8Array;
}

export const NO_SESSION: SessionSecret = { id: 0n, password: new Uint8Array(16) };

export interface Greeting {
  readonly session: SessionSecret;
  readonly timeoutMillis: number;
  /** A server that is behind it closes the connection. */
  readonly seen: number;
}

export function encodeGreeting({ session, timeoutMillis, seen }: Greeting): Uint8Array {
  const writer = new ByteWriter().u32(0);
  writeLong(writer, BigInt(seen));
  writer.u32(timeoutMillis);
  writeLong(writer, session.id);
  return writer.bytes(session.password).bool(false).finish();
}

/** Null: the session is gone. */
export function decodeWelcome(frame: Uint8Array): Omit<Greeting, "seen"> | null {
  const reader = new JuteReader(frame);
  reader.int();
  const timeoutMillis = reader.int();
  const id = reader.long();
  const password = Uint8Array.from(reader.buffer() ?? []);
  return timeoutMillis > 0 ? { timeoutMillis, session: { id, password } } : null;
}

export function encodeRequest(xid: number, request: ZnodeRequest): Uint8Array {
  const writer = new ByteWriter().u32(xid).u32(OPCODE[request.kind]);
  switch (request.kind) {
    case "create": {
      const { path, value, ephemeral, sequential } = request;
      writer.string(path).string(value).u32(1).u32(ALL_PERMISSIONS);
      writer.string("world").string("anyone");
      writer.u32((ephemeral ? EPHEMERAL : 0) + (sequential ? SEQUENTIAL : 0));
      break;
    }
    case "set":
      writer
        .string(request.path)
        .string(request.value)
        .u32(request.version ?? ANY_VERSION);
      break;
    case "delete":
      writer.string(request.path).u32(request.version ?? ANY_VERSION);
      break;
    case "exists":
    case "get":
    case "children":
      writer.string(request.path).bool(request.watch);
      break;
    case "sync":
      writer.string("/");
      break;
    case "setWatches":
      writeLong(writer, BigInt(request.seen));
      for (const kind of ["data", "exist", "children"] as const) {
        const paths = pathsOf(request.watches, kind);
        writer.u32(paths.length);
        for (const path of paths) writer.string(path);
      }
      break;
    case "ping":
    case "close":
      break;
  }
  return writer.finish();
}

export type Incoming =
  | { readonly kind: "told"; readonly event: EventType; readonly path: string }
  | {
      readonly kind: "answer";
      readonly xid: number;
      readonly zxid: number;
      /** What the request of this kind was answered with. */
      readonly resultOf: (request: ZnodeRequest) => ZnodeResult;
    };

export function decodeIncoming(frame: Uint8Array): Incoming {
  const reader = new JuteReader(frame);
  const xid = reader.int();
  const zxid = reader.long();
  const code = reader.int();
  if (xid === XID.told) {
    const event = EVENTS[reader.int()];
    reader.int();
    if (!event) throw new Error("an event of no kind that was asked for");
    return { kind: "told", event, path: reader.ustring() };
  }
  const resultOf = (request: ZnodeRequest): ZnodeResult =>
    code === 0 ? decodeResult(request, reader) : { kind: "refused", code };
  return { kind: "answer", xid, zxid: safe(zxid), resultOf };
}

function decodeResult(request: ZnodeRequest, reader: JuteReader): ZnodeResult {
  switch (request.kind) {
    case "create":
      return { kind: "created", path: reader.ustring() };
    case "exists":
    case "set":
      return { kind: "stat", stat: decodeStat(reader) };
    case "get": {
      const value = Buffer.from(reader.buffer() ?? []).toString();
      return { kind: "data", value, stat: decodeStat(reader) };
    }
    case "children":
      return { kind: "children", names: reader.ustrings(), stat: decodeStat(reader) };
    case "delete":
    case "sync":
    case "ping":
    case "close":
    case "setWatches":
      return { kind: "done" };
  }
}

function decodeStat(reader: JuteReader): ZnodeStat {
  const czxid = safe(reader.long());
  const mzxid = safe(reader.long());
  reader.long(); // ctime
  reader.long(); // mtime
  const version = reader.int();
  reader.int(); // cversion
  reader.int(); // aversion
  const owner = reader.long();
  reader.int(); // dataLength
  reader.int(); // numChildren
  return { czxid, mzxid, pzxid: safe(reader.long()), version, owner };
}

function pathsOf(watches: readonly Watch[], kind: Watch["kind"]): readonly string[] {
  return watches.filter((watch) => watch.kind === kind).map(({ path }) => path);
}

/** A zxid of an epoch that no test comes to would not fit. */
function safe(zxid: bigint): number {
  const number = Number(zxid);
  if (!Number.isSafeInteger(number)) throw new Error(`zxid ${zxid} is no safe integer`);
  return number;
}

function writeLong(writer: ByteWriter, value: bigint): void {
  writer.u32(Number(BigInt.asUintN(32, value >> 32n))).u32(Number(BigInt.asUintN(32, value)));
}
