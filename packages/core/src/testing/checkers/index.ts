/**
 * The invariants that hold for every protocol, one file each. They look at views, effects and disks
 * only, so that Raft and ZAB are checked by the same code.
 *
 * @packageDocumentation
 */
import type { CheckerFactory } from "./checker.ts";
import { committedDurable } from "./committed-durable.ts";
import { committedImmutable } from "./committed-immutable.ts";
import { electionSafety } from "./election-safety.ts";
import { leaderCompleteness } from "./leader-completeness.ts";
import { logMatching } from "./log-matching.ts";
import { monotonic } from "./monotonic.ts";
import { pointerOrder } from "./pointer-order.ts";
import { promisesDurable } from "./promises-durable.ts";
import { proposalsOnce } from "./proposals-once.ts";
import { readFreshness } from "./read-freshness.ts";
import { stateMachineSafety } from "./state-machine-safety.ts";
import { transfersSeen } from "./transfers-seen.ts";

export type {
  Ballot,
  Checker,
  CheckerFactory,
  CommittedEntry,
  Evidence,
  SentPromise,
  Witness,
} from "./checker.ts";
export { durableLast, holdsDurably } from "./checker.ts";
export { entryDigest } from "./entry-digest.ts";
export { checkRegisterHistory, type RegisterOperation } from "./linearizability.ts";
export { ShadowLog, type EntryStamp } from "./shadow-log.ts";

/** All of them. */
export const CHECKERS: readonly CheckerFactory[] = [
  electionSafety,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  committedImmutable,
  committedDurable,
  promisesDurable,
  monotonic,
  pointerOrder,
  proposalsOnce,
  readFreshness,
  transfersSeen,
];
