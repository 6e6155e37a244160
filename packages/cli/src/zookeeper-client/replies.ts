import { decodeAccessList, type AccessEntry } from "./access-list.ts";
import type { JuteReader } from "./jute-reader.ts";
import { decodeStat, type Stat } from "./stat.ts";

/**
 * What ZooKeeper's servers answer to the requests of the command line.
 *
 * @packageDocumentation
 */

export interface ReplyHeader {
  readonly xid: number;
  /** Of the last transaction that the server had applied. */
  readonly zxid: bigint;
  readonly error: number;
}

export interface NodeData {
  /** Null and empty are different. */
  readonly data: Uint8Array | null;
  readonly stat: Stat;
}

export interface NodeChildren {
  readonly children: readonly string[];
  readonly stat: Stat;
}

export interface NodeAccess {
  readonly acl: readonly AccessEntry[];
  readonly stat: Stat;
}

export interface CreatedNode {
  /** With the number of a sequential node. */
  readonly path: string;
  readonly stat: Stat;
}

export function decodeReplyHeader(reader: JuteReader): ReplyHeader {
  return { xid: reader.int(), zxid: reader.long(), error: reader.int() };
}

export function decodeData(reader: JuteReader): NodeData {
  return { data: reader.buffer(), stat: decodeStat(reader) };
}

export function decodeChildren(reader: JuteReader): NodeChildren {
  return { children: reader.ustrings(), stat: decodeStat(reader) };
}

export function decodeAccess(reader: JuteReader): NodeAccess {
  return { acl: decodeAccessList(reader), stat: decodeStat(reader) };
}

export function decodeCreated(reader: JuteReader): CreatedNode {
  return { path: reader.ustring(), stat: decodeStat(reader) };
}
