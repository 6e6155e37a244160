import type { GroupView, Index } from "@quorate/core";
import { Summary } from "../../metrics/index.ts";
import { SizeRange } from "./size-range.ts";

/** What entries are to a member: those that it hands out as the leader, or those that it is handed. */
class Passed {
  proposed = 0;
  committed = 0;

  reset(): void {
    this.proposed = this.committed = 0;
  }
}

/** What a member was the last time that it was looked at. */
interface Seen {
  readonly isLeader: boolean;
  readonly last: Index;
  readonly commit: Index;
}

/** A snapshot of the tree and the sessions. */
export interface LastSnapshot {
  /** The newest that is in it. */
  readonly zxid: number;
  /** Milliseconds since 1970; null for one that was there when the member started. */
  readonly takenAt: number | null;
}

/** What a member counts of its part in the ensemble; times in monotonic ms. */
export class EnsembleStats {
  /** How long this member looked for a leader, each time. */
  readonly elections: Summary = new Summary("basic");
  /** How long there was none to serve under, each time: the election and the synchronization behind it. */
  readonly outages: Summary = new Summary("basic");
  /** How long writes to the log took to become durable. */
  readonly syncs: Summary = new Summary("basic");
  /** How long it took to write the state out, until it was the newest snapshot. */
  readonly snapshotTimes: Summary = new Summary("basic");
  /** What a restart would begin with; null for nothing. */
  lastSnapshot: LastSnapshot | null = null;
  /** Of transactions that were applied while this member led. */
  readonly proposalSizes: SizeRange = new SizeRange();
  readonly asLeader: Passed = new Passed();
  readonly asLearner: Passed = new Passed();
  /** Learners that this member, leading, brought up to date out of its log. */
  diffs = 0;
  /** Those that it sent a snapshot. */
  snapshots = 0;
  #lookings = 0;
  #lookingSince: number | null = null;
  #outageSince: number;
  #leadingSince: number | null = null;
  #isServing = false;
  #seen: Seen | null = null;

  /** @param now - when the member starts, without a leader */
  constructor(now: number) {
    this.#outageSince = now;
  }

  /** Times that this member began to look for a leader. */
  get lookings(): number {
    return this.#lookings;
  }

  looking(now: number): void {
    this.#lookings++;
    this.#lookingSince = now;
  }

  elected(now: number): void {
    if (this.#lookingSince !== null) this.elections.observe(now - this.#lookingSince);
    this.#lookingSince = null;
  }

  /** How long this member leads; 0 when it does not. */
  leadingMillis(now: number): number {
    return this.#leadingSince === null ? 0 : now - this.#leadingSince;
  }

  /** To be told every change of leadership, and before anything is asked. */
  saw({ isLeader, leader, last, commit }: GroupView, now: number): void {
    this.#count({ isLeader, last, commit });
    if (isLeader) this.#leadingSince ??= now;
    else this.#leadingSince = null;
    const isServing = leader !== null;
    if (isServing === this.#isServing) return;
    this.#isServing = isServing;
    if (isServing) this.outages.observe(now - this.#outageSince);
    else this.#outageSince = now;
  }

  reset(): void {
    const { elections, outages, syncs, snapshotTimes } = this;
    for (const each of [elections, outages, syncs, snapshotTimes]) each.reset();
    this.proposalSizes.reset();
    this.asLeader.reset();
    this.asLearner.reset();
    this.diffs = this.snapshots = this.#lookings = 0;
  }

  /** What came since the last time counts for what the member was then; what was truncated does not. */
  #count(seen: Seen): void {
    const before = this.#seen;
    this.#seen = seen;
    if (before === null) return;
    const passed = before.isLeader ? this.asLeader : this.asLearner;
    passed.proposed += Math.max(0, seen.last - before.last);
    passed.committed += Math.max(0, seen.commit - before.commit);
  }
}
