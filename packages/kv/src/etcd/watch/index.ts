/**
 * Who watches what, and who has heard of what: this member's own, for the clients connected to it.
 *
 * Read in this order: `watcher`, `watch-table`, `gather`, `watch-hub`, `watch-stream`, `catch-up`.
 *
 * @packageDocumentation
 */
export { RangeIndex } from "./range-index.ts";
export { WatchHub, type WatchHubOptions } from "./watch-hub.ts";
export type { WatchLimits } from "./watch-limits.ts";
export type { WatchOutput, WatchStream } from "./watch-stream.ts";
