import { QuorateError } from "@quorate/core";
import {
  ADD_WATCH_MODE,
  ERROR,
  WATCHER_TYPE,
  type Refusal,
  type SetWatchesRequest,
  type WatchRequest,
} from "../codec/index.ts";
import type { DataTree } from "../store/index.ts";
import type { ServerLimits } from "./limits.ts";
import {
  setWatches,
  WATCH_KINDS,
  type Watcher,
  type WatchKind,
  type WatchTable,
} from "../watch/index.ts";

/** One connection's watches among those of its server. */
export interface OwnWatches {
  readonly table: WatchTable;
  readonly watcher: Watcher;
  /** What the connection may have. */
  readonly limits: Pick<ServerLimits, "watchesPerConnection" | "watchCharactersPerConnection">;
}

/** Whether these more are allowed. */
export function mayWatch(
  { table, watcher, limits }: OwnWatches,
  paths: readonly string[],
): boolean {
  const characters = paths.reduce((sum, path) => sum + path.length, table.charactersOf(watcher));
  return (
    table.countOf(watcher) + paths.length <= limits.watchesPerConnection &&
    characters <= limits.watchCharactersPerConnection
  );
}

/** @throws `ERR_MALFORMED` for a mode that does not exist */
export function addWatch(own: OwnWatches, { path, type }: WatchRequest): Refusal | null {
  const kind = addedKind(type);
  if (!mayWatch(own, [path])) return ERROR.throttledOp;
  own.table.add(kind, path, own.watcher);
  return null;
}

/** @throws `ERR_MALFORMED` for a type that does not exist */
export function checkWatches(own: OwnWatches, { path, type }: WatchRequest): Refusal | null {
  const has = kindsOf(type).some((kind) => own.table.has(kind, path, own.watcher));
  return has ? null : ERROR.noWatcher;
}

/** @throws `ERR_MALFORMED` for a type that does not exist */
export function removeWatches(own: OwnWatches, { path, type }: WatchRequest): Refusal | null {
  const removed = kindsOf(type).filter((kind) => own.table.remove(kind, path, own.watcher));
  return removed.length > 0 ? null : ERROR.noWatcher;
}

/** Takes up what the client watched on an earlier connection. */
export function resumeWatches(
  own: OwnWatches,
  request: SetWatchesRequest,
  tree: DataTree,
): Refusal | null {
  const { data, exist, child, persistent, recursive } = request;
  const more = [...data, ...exist, ...child, ...persistent, ...recursive];
  if (!mayWatch(own, more)) return ERROR.throttledOp;
  setWatches(request, tree, own.table, own.watcher);
  return null;
}

function addedKind(mode: number): WatchKind {
  switch (mode) {
    case ADD_WATCH_MODE.persistent:
      return "persistent";
    case ADD_WATCH_MODE.recursive:
      return "recursive";
    default:
      throw new QuorateError("ERR_MALFORMED", `there is no mode ${mode} of watches`);
  }
}

function kindsOf(type: number): readonly WatchKind[] {
  switch (type) {
    case WATCHER_TYPE.children:
      return ["children"];
    case WATCHER_TYPE.data:
      return ["data"];
    case WATCHER_TYPE.any:
      return WATCH_KINDS;
    case WATCHER_TYPE.persistent:
      return ["persistent"];
    case WATCHER_TYPE.recursive:
      return ["recursive"];
    default:
      throw new QuorateError("ERR_MALFORMED", `there is no type ${type} of watches`);
  }
}
