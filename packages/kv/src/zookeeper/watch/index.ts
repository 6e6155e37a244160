/**
 * Who watches what: this member's own, for the clients that are connected to it.
 *
 * @packageDocumentation
 */
export type { NodeChange, NodeListener, NodeSetChange } from "./node-listener.ts";
export { setWatches } from "./set-watches.ts";
export {
  EVENT,
  WATCH_KINDS,
  WatchTable,
  type EventType,
  type Watcher,
  type WatchEvent,
  type WatchKind,
} from "./watch-table.ts";
