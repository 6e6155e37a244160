import type { SetWatchesRequest } from "../codec/index.ts";
import type { DataTree } from "../store/index.ts";
import { EVENT, type Watcher, type WatchTable } from "./watch-table.ts";

/**
 * Takes up again what a client watched on another connection: what has changed since the zxid that
 * it has seen is told at once, the rest is watched.
 */
export function setWatches(
  { relativeZxid, data, exist, child }: SetWatchesRequest,
  tree: DataTree,
  table: WatchTable,
  watcher: Watcher,
): void {
  for (const path of data) {
    const node = tree.find(path);
    if (node === null) watcher.notify(EVENT.nodeDeleted, path);
    else if (node.modified.zxid > relativeZxid) watcher.notify(EVENT.nodeDataChanged, path);
    else table.add("data", path, watcher);
  }
  for (const path of exist) {
    if (tree.find(path) !== null) watcher.notify(EVENT.nodeCreated, path);
    else table.add("data", path, watcher);
  }
  for (const path of child) {
    const node = tree.find(path);
    if (node === null) watcher.notify(EVENT.nodeDeleted, path);
    else if (node.childrenModified.zxid > relativeZxid)
      watcher.notify(EVENT.nodeChildrenChanged, path);
    else table.add("children", path, watcher);
  }
}
