import type { Prng } from "@quorate/core";
import type { MemoryMember } from "../../compose/ensemble/ensemble-member.ts";
import type { Timeline } from "../../compose/ensemble/timeline.ts";
import type { Journal } from "../journal.ts";
import type { EtcdWorkload } from "../settings.ts";
import type { AppliedLog } from "../truth/applied-log.ts";
import type { KeyHistory } from "./key-history.ts";

/** What all clients of a simulation share. */
export interface ClientWorld {
  readonly timeline: Timeline;
  readonly members: readonly MemoryMember[];
  readonly journal: Journal;
  readonly applied: AppliedLog;
  readonly history: KeyHistory;
  readonly workload: EtcdWorkload;
  readonly prng: Prng;
  /** They finish what they do, and begin nothing new. */
  isOver: boolean;
}
