/**
 * Who watches what: this member's own, for the clients that are connected to it.
 *
 * @packageDocumentation
 */
export type { NodeListener } from "./node-listener.ts";
export { setWatches } from "./set-watches.ts";
export { EVENT, WatchTable, type EventType, type Watcher, type WatchKind } from "./watch-table.ts";
