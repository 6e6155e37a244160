import type { NodeId } from "@quorate/core";
import { MemoryNetwork } from "@quorate/core/memory";
import type { MemberLog } from "../member-log.ts";
import type { EnsembleConditions, Surroundings } from "./ensemble-conditions.ts";
import type { Timeline } from "./timeline.ts";

/** What all members of an ensemble share. */
export interface MemoryWorld<Machine> {
  readonly timeline: Timeline;
  readonly network: MemoryNetwork;
  readonly conditions: EnsembleConditions<Machine>;
  readonly log: MemberLog;
}

/** Runs callbacks in the process that a member has now, if it has one. */
export interface ProcessHost {
  readonly id: NodeId;
  schedule(millis: number, run: () => void): void;
}

/** A network between members that are still to be made. */
export function memoryNetwork(
  { delayMillis, redialMillis }: Surroundings,
  members: () => readonly ProcessHost[],
): MemoryNetwork {
  return new MemoryNetwork({
    schedule: (id, millis, run) =>
      members()
        .find((member) => member.id === id)
        ?.schedule(millis, run),
    ...(delayMillis === undefined ? {} : { delayMillis }),
    ...(redialMillis === undefined ? {} : { redialMillis }),
  });
}

/** Says of each line whose it is. */
export function namedLog(log: MemberLog, name: string): MemberLog {
  return {
    info: (fields, text) => log.info({ name, ...fields }, text),
    warn: (fields, text) => log.warn({ name, ...fields }, text),
    error: (fields, text) => log.error({ name, ...fields }, text),
  };
}
