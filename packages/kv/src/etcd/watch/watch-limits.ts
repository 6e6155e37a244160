import { GATHER_LIMITS, type GatherLimits } from "./gather.ts";

/** Bounds of what the watchers of one member take. */
export interface WatchLimits {
  readonly watchersMax: number;
  readonly streamWatchersMax: number;
  /** A response is larger only if it is one revision's, and then cut if the watcher wants it so. */
  readonly fragmentBytes: number;
  readonly gather: GatherLimits;
  /** Watchers that one slice of catching up does something about. */
  readonly sliceWatchersMax: number;
}

/** Far beyond what anybody watches; each takes about a KiB. */
export const WATCH_LIMITS: WatchLimits = {
  watchersMax: 1_000_000,
  streamWatchersMax: 100_000,
  fragmentBytes: 1.5 * 1024 * 1024,
  gather: GATHER_LIMITS,
  sliceWatchersMax: 1_000,
};
