import type { Instant, NodeId } from "@quorate/core";
import type { MemoryNetworkOptions } from "@quorate/core/memory";
import type { Timeline } from "./timeline.ts";

/** What the members of an ensemble find around them: {@link IDEAL}, unless a simulation makes it worse. */
export interface Surroundings extends Pick<MemoryNetworkOptions, "delayMillis" | "redialMillis"> {
  /** The clocks of a process of the member, which begins now. */
  readonly clock: (member: NodeId, timeline: Timeline) => () => Instant;
  /** How long a sync of the member's disk takes. */
  readonly syncMillis: (member: NodeId) => number;
  /** How many of so many writes that nobody has synced are not lost when their process dies. */
  readonly survivors: (queued: number) => number;
}

/** Where members live, and what they keep their state in. */
export interface EnsembleConditions<Machine> extends Surroundings {
  /** The state machine of a process of the member, empty. */
  readonly machine: (member: NodeId) => Machine;
}

/** Every clock is right, and neither network nor disks take any time. */
export const IDEAL: Surroundings = {
  clock: (_, timeline) => () => timeline.now(),
  syncMillis: () => 0,
  survivors: () => 0,
};
