import { ByteWriter } from "@quorate/core";
import type { JuteReader } from "./jute-reader.ts";

/**
 * ZooKeeper's messages that the command line sends and reads, in the client's direction only.
 *
 * @packageDocumentation
 */

/** Numbers of the requests. */
export const OPCODE = { getData: 4, getChildren2: 12, closeSession: -11 } as const;
export type Opcode = (typeof OPCODE)[keyof typeof OPCODE];

const PASSWORD_BYTES = 16;

/** What ZooKeeper keeps of every node besides its data. */
export interface Stat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  /** In ms since 1970, as are all times here. */
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly pzxid: bigint;
}

export interface ConnectResponse {
  /** 0 when the server refused the session. */
  readonly timeoutMs: number;
  readonly sessionId: bigint;
}

export interface ReplyHeader {
  readonly xid: number;
  /** Of the last transaction that the server had applied. */
  readonly zxid: bigint;
  readonly error: number;
}

export interface GetDataResponse {
  /** Null and empty are different. */
  readonly data: Uint8Array | null;
  readonly stat: Stat;
}

export interface GetChildrenResponse {
  readonly children: readonly string[];
  readonly stat: Stat;
}

/**
 * Asks for a new session.
 *
 * @param lastZxid - what was seen before; a server that is behind it closes the connection
 */
export function encodeConnectRequest(timeoutMs: number, lastZxid: bigint): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(0); // protocol version
  writeLong(writer, lastZxid);
  writer.u32(timeoutMs);
  writeLong(writer, 0n); // no session yet
  // False: a server that lost its ensemble would show what it knew then.
  return writer.bytes(new Uint8Array(PASSWORD_BYTES)).bool(false).finish();
}

export function encodeRequest(xid: number, opcode: Opcode, body: Uint8Array): Uint8Array {
  return new ByteWriter().u32(xid).u32(opcode).raw(body).finish();
}

/** The body of requests that only read a node, and leave no watch. */
export function encodeRead(path: string): Uint8Array {
  return new ByteWriter().string(path).bool(false).finish();
}

export function decodeConnectResponse(reader: JuteReader): ConnectResponse {
  reader.int(); // protocol version
  return { timeoutMs: reader.int(), sessionId: reader.long() };
}

export function decodeReplyHeader(reader: JuteReader): ReplyHeader {
  return { xid: reader.int(), zxid: reader.long(), error: reader.int() };
}

export function decodeGetData(reader: JuteReader): GetDataResponse {
  return { data: reader.buffer(), stat: decodeStat(reader) };
}

export function decodeGetChildren(reader: JuteReader): GetChildrenResponse {
  return { children: reader.ustrings(), stat: decodeStat(reader) };
}

function decodeStat(reader: JuteReader): Stat {
  return {
    czxid: reader.long(),
    mzxid: reader.long(),
    ctime: reader.long(),
    mtime: reader.long(),
    version: reader.int(),
    cversion: reader.int(),
    aversion: reader.int(),
    ephemeralOwner: reader.long(),
    dataLength: reader.int(),
    numChildren: reader.int(),
    pzxid: reader.long(),
  };
}

function writeLong(writer: ByteWriter, value: bigint): void {
  writer.u32(Number(BigInt.asUintN(32, value >> 32n))).u32(Number(BigInt.asUintN(32, value)));
}
