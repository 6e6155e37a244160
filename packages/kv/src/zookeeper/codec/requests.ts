import type { JuteReader } from "./jute-reader.ts";
import { readAcl, type Acl } from "./records.ts";

/** Bytes before a request's record: its number and its opcode. */
export const REQUEST_HEADER_BYTES = 8;

/** What kind of node is made (`CreateMode`). */
export const CREATE_FLAGS = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentTtl: 5,
  persistentSequentialTtl: 6,
} as const;

export interface CreateRequest {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: Acl | null;
  /** One of {@link CREATE_FLAGS}, or not. */
  readonly flags: number;
}

export function readCreate(reader: JuteReader): CreateRequest {
  const path = reader.text();
  const data = reader.buffer();
  const acl = readAcl(reader);
  return { path, data, acl, flags: reader.int() };
}

/** A version of -1 matches any. */
export interface DeleteRequest {
  readonly path: string;
  readonly version: number;
}

export function readDelete(reader: JuteReader): DeleteRequest {
  return { path: reader.text(), version: reader.int() };
}

export interface SetDataRequest {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly version: number;
}

export function readSetData(reader: JuteReader): SetDataRequest {
  return { path: reader.text(), data: reader.buffer(), version: reader.int() };
}

/** `exists`, `getData`, `getChildren` and `getChildren2`. */
export interface ReadRequest {
  readonly path: string;
  readonly watch: boolean;
}

export function readRead(reader: JuteReader): ReadRequest {
  return { path: reader.text(), watch: reader.bool() };
}

/** The record of `setWatches`, or `setWatches2` when it has five lists: whether it names any path. */
export function readSetsWatches(reader: JuteReader, lists: 3 | 5): boolean {
  reader.long(); // the client's last zxid
  for (let i = 0; i < lists; i++) if ((reader.count(4) ?? 0) > 0) return true;
  return false;
}

/** What a client proves itself with. */
export interface AuthRequest {
  readonly scheme: string;
  readonly credentials: Uint8Array;
}

export function readAuth(reader: JuteReader): AuthRequest {
  reader.int(); // type: always 0
  return { scheme: reader.text(), credentials: reader.buffer() ?? new Uint8Array(0) };
}
