import type { Index, LogTail, Position } from "@quorate/core";
import { lastCommon, type History } from "../discovery/history.ts";

/** How a learner's history is made the leader's, and why like this. */
export type SyncChoice = { readonly why: string } & (
  | { readonly mode: "DIFF"; readonly common: Position }
  | { readonly mode: "TRUNC" | "TRUNC+DIFF"; readonly common: Position }
  | { readonly mode: "SNAP" }
);

/** What the choice depends on. */
export interface SyncSituation {
  readonly log: LogTail;
  /** The learner must have everything up to here: all that is committed, or will be with the epoch. */
  readonly through: Index;
  /** Where the newest snapshot stands; null while there is none. */
  readonly snapshot: Index | null;
  readonly diffEntriesMax: number;
}

/**
 * ZooKeeper's decision table (LearnerHandler.syncFollower), by its rows:
 *
 * - 2, 4a: what the learner has is a prefix of the log: DIFF, with nothing or with what it lacks;
 * - 3: it has all that is wanted and more: TRUNC;
 * - 4b: it has more, and lacks some: TRUNC+DIFF. Here also where the histories part in an earlier
 *   epoch (4c in ZooKeeper, which must then send a snapshot), because a learner tells its epochs;
 * - 5: what it lacks has left memory but not the disk: as 4a and 4b, unless it is too much of it;
 * - 6: the log begins behind what both have: SNAP.
 *
 * Rows 1 (a switch for tests) and X (a learner whose last zxid is no entry) do not exist here.
 */
export function chooseSync(history: History, situation: SyncSituation): SyncChoice {
  const { log, through, snapshot, diffEntriesMax } = situation;
  const common = lastCommon(log, history);
  if (common === null) {
    const endsBefore = history.last.index < log.base.index;
    const why = endsBefore
      ? `it ends at ${name(history.last)}, before the log begins behind ${name(log.base)}`
      : `the histories part before the log begins behind ${name(log.base)}`;
    return { mode: "SNAP", why };
  }
  const lacks = Math.max(0, through - common.index);
  if (lacks > diffEntriesMax && snapshot !== null && snapshot > common.index) {
    return { mode: "SNAP", why: `it lacks ${count(lacks)}, more than ${diffEntriesMax}` };
  }
  const surplus = history.last.index - common.index;
  const from = lacks > 0 && common.index + 1 < log.cachedFrom ? ", some of them from the disk" : "";
  if (surplus > 0) {
    const dropped = `it has ${count(surplus)} behind ${name(common)}, never committed`;
    if (lacks === 0) return { mode: "TRUNC", common, why: dropped };
    return { mode: "TRUNC+DIFF", common, why: `${dropped}, and lacks ${count(lacks)}${from}` };
  }
  const why = lacks === 0 ? "it has everything" : `it lacks ${count(lacks)}${from}`;
  return { mode: "DIFF", common, why };
}

function count(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}

function name({ term, index }: Position): string {
  return `${term}/${index}`;
}
