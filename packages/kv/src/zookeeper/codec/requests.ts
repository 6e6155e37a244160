import type { JuteReader } from "./jute-reader.ts";

/** Bytes before a request's record: its number and its opcode. */
export const REQUEST_HEADER_BYTES = 8;

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
  /** These two are of `setWatches2` only. */
  readonly persistent: readonly string[];
  readonly recursive: readonly string[];
}

export function readSetWatches(reader: JuteReader, hasPersistent: boolean): SetWatchesRequest {
  const relativeZxid = reader.long();
  const [data, exist, child] = [readPaths(reader), readPaths(reader), readPaths(reader)];
  const persistent = hasPersistent ? readPaths(reader) : [];
  const recursive = hasPersistent ? readPaths(reader) : [];
  return { relativeZxid, data, exist, child, persistent, recursive };
}

/** A list that may be null. */
function readPaths(reader: JuteReader): readonly string[] {
  const paths: string[] = [];
  for (let left = reader.count(4) ?? 0; left > 0; left--) paths.push(reader.text());
  return paths;
}

/** `addWatch`, `checkWatches` and `removeWatches`: a path, and a mode or a watcher's type. */
export interface WatchRequest {
  readonly path: string;
  /** One of {@link ADD_WATCH_MODE} or of {@link WATCHER_TYPE}, or not. */
  readonly type: number;
}

export function readWatchRequest(reader: JuteReader): WatchRequest {
  return { path: reader.text(), type: reader.int() };
}

/** How an added watch goes on (`AddWatchMode`). */
export const ADD_WATCH_MODE = { persistent: 0, recursive: 1 } as const;

/** Which watches are looked for (`Watcher.WatcherType`). */
export const WATCHER_TYPE = {
  children: 1,
  data: 2,
  any: 3,
  persistent: 4,
  recursive: 5,
} as const;

/** What a client proves itself with. */
export interface AuthRequest {
  readonly scheme: string;
  readonly credentials: Uint8Array;
}

export function readAuth(reader: JuteReader): AuthRequest {
  reader.int(); // type: always 0
  return { scheme: reader.text(), credentials: reader.buffer() ?? new Uint8Array(0) };
}
