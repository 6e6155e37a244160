import type { SetWatchesRequest } from "../codec/index.ts";
import type { DataTree } from "../store/index.ts";
import { EVENT, type EventType, type Watcher, type WatchTable } from "./watch-table.ts";

/** It was not looked for which transactions were missed. */
const NO_ZXID = -1;

/**
 * Takes up again what a client watched on another connection: what has changed since the zxid that
 * it has seen is told at once, the rest is watched. What persistent watches missed is not told.
 */
export function setWatches(
  request: SetWatchesRequest,
  tree: DataTree,
  table: WatchTable,
  watcher: Watcher,
): void {
  const { relativeZxid } = request;
  const tell = (type: EventType, path: string): void =>
    watcher.notify({ type, path, zxid: NO_ZXID, acl: null });
  for (const path of request.data) {
    const node = tree.find(path);
    if (node === null) tell(EVENT.nodeDeleted, path);
    else if (node.modified.zxid > relativeZxid) tell(EVENT.nodeDataChanged, path);
    else table.add("data", path, watcher);
  }
  for (const path of request.exist) {
    if (tree.find(path) !== null) tell(EVENT.nodeCreated, path);
    else table.add("data", path, watcher);
  }
  for (const path of request.child) {
    const node = tree.find(path);
    if (node === null) tell(EVENT.nodeDeleted, path);
    else if (node.childrenModified.zxid > relativeZxid) tell(EVENT.nodeChildrenChanged, path);
    else table.add("children", path, watcher);
  }
  for (const path of request.persistent) table.add("persistent", path, watcher);
  for (const path of request.recursive) table.add("recursive", path, watcher);
}
