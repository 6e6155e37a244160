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

/** `setWatches` and `setWatches2`: what a client watched on an earlier connection. */
export interface SetWatchesRequest {
  /** What the client has seen; later changes are news to it. */
  readonly relativeZxid: number;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
  /** Persistent watches, recursive or not; of `setWatches2` only. */
  readonly persistent: readonly string[];
}

export function readSetWatches(reader: JuteReader, hasPersistent: boolean): SetWatchesRequest {
  const relativeZxid = reader.long();
  const [data, exist, child] = [readPaths(reader), readPaths(reader), readPaths(reader)];
  const persistent = hasPersistent ? [...readPaths(reader), ...readPaths(reader)] : [];
  return { relativeZxid, data, exist, child, persistent };
}

/** A list that may be null. */
function readPaths(reader: JuteReader): readonly string[] {
  const paths: string[] = [];
  for (let left = reader.count(4) ?? 0; left > 0; left--) paths.push(reader.text());
  return paths;
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
