import type { Persist } from "../../effect.ts";
import type { Entry } from "../../entry.ts";
import type { Index, NodeId, Term } from "../../ids.ts";
import type { MemoryLog } from "../../memory/memory-log.ts";
import type { MemorySnapshots } from "../../memory/memory-snapshots.ts";
import type { Position } from "../../position.ts";
import type { GroupView } from "../../protocol.ts";
import type { SnapshotMeta } from "../../snapshot.ts";
import type { EntryStamp, ShadowLog } from "./shadow-log.ts";

/** What a message gives others the right to rely on, in words that both protocols share. */
export type SentPromise =
  /** The sender votes for the member that the message goes to. */
  | { readonly kind: "vote"; readonly term: Term; readonly candidate: NodeId }
  /** The sender has everything through the index, as the leader of the term has it. */
  | { readonly kind: "accepted"; readonly term: Term; readonly through: Index };

/** What a hard state says about terms and votes. */
export interface Ballot {
  readonly term: Term;
  readonly vote: NodeId | null;
}

/** Everything that checkers may know of one member. Up to date before any checker is called. */
export interface Witness {
  readonly id: NodeId;
  /** As after its last turn; null while it is down. */
  view: GroupView | null;
  /** The log as its protocol has it. */
  readonly log: ShadowLog;
  /** What its disk holds for certain. */
  readonly durableLog: MemoryLog;
  readonly durableSnapshots: MemorySnapshots;
  /** The durable hard state, where the protocol says how to read it. */
  ballot: Ballot | null;
}

/** An entry that some member has seen committed. */
export interface CommittedEntry extends EntryStamp {
  /** The term in which it was committed; not older than the entry's own. */
  readonly committedIn: Term;
}

/** What all checkers share. */
export interface Evidence {
  readonly witnesses: ReadonlyMap<NodeId, Witness>;
  /** Committed entries, dense from index 1 at place 1, as first seen. */
  readonly committed: readonly (CommittedEntry | undefined)[];
}

/**
 * One invariant, checked whenever something happened that could break it. Methods are called after
 * the witness was brought up to date, except where they say otherwise.
 */
export interface Checker {
  readonly name: string;
  /** A process life begins; `witness.log` is what was recovered. */
  started?(witness: Witness): void;
  /** The protocol asks for a write. */
  wrote?(witness: Witness, persist: Persist): void;
  /** The protocol replaces its log by a snapshot. */
  installed?(witness: Witness, meta: SnapshotMeta): void;
  /** A turn ended; `before` is the view at the end of the one before. */
  viewed?(witness: Witness, view: GroupView, before: GroupView | null): void;
  /** The member's commit index moved; {@link Evidence.committed} does not hold `from..` yet. */
  committed?(witness: Witness, from: Index, through: Index): void;
  applied?(witness: Witness, entries: readonly Entry[]): void;
  /** The disk has made something durable; the ballot before is given. */
  becameDurable?(witness: Witness, before: Ballot | null): void;
  /** A message that promises something leaves the member. */
  promised?(witness: Witness, promise: SentPromise): void;
  /** The state machine stands behind the command at the index. */
  stateReached?(witness: Witness, index: Index, digest: number): void;
  /** A client's command, named by a number that no other has, was applied. */
  commandApplied?(witness: Witness, command: number, index: Index): void;
  /** A client learned for certain that its command is not and will not be replicated. */
  commandRefused?(command: number): void;
  /** A client learned that its command was applied at the index. */
  commandAcknowledged?(command: number, index: Index): void;
  /** A linearizable read is served that was asked for when `floor` was the newest acknowledged write. */
  readServed?(witness: Witness, floor: Index, stands: Index): void;
  /** Who asked the member to hand leadership over learned that the target leads. */
  transferred?(witness: Witness, target: NodeId): void;
}

/** Makes a checker; `violated` may be called any number of times. */
export type CheckerFactory = (evidence: Evidence, violated: (what: string) => void) => Checker;

/** Whether the member's disk holds the entry, itself or inside a snapshot. */
export function holdsDurably(witness: Witness, { index, term }: Position): boolean {
  const snapshot = witness.durableSnapshots.current?.meta.position.index ?? 0;
  if (index <= snapshot || index < witness.durableLog.base.index) return true;
  return witness.durableLog.termAt(index) === term;
}

/** The newest position on the member's disk. */
export function durableLast(witness: Witness): Position {
  const snapshot = witness.durableSnapshots.current?.meta.position;
  const { last } = witness.durableLog;
  return snapshot !== undefined && snapshot.index > last.index ? snapshot : last;
}
