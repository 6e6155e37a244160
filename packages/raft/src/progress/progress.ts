import { Inflights, type Index } from "@quorate/core";

/**
 * How a leader feeds one follower.
 *
 * - `probe`: where the logs agree is not known; one append at a time.
 * - `replicate`: it is; appends are sent ahead of the answers.
 * - `snapshot`: the entries it needs are gone; nothing is appended until the snapshot arrived.
 */
export type Feed =
  | { readonly kind: "probe"; /** An append is under way. */ paused: boolean }
  | { readonly kind: "replicate"; readonly inflights: Inflights }
  | { readonly kind: "snapshot"; readonly index: Index };

/** What a leader knows of one follower. Invariant: `match < next`. */
export interface Progress {
  /** Known to be durable and equal at the follower. */
  match: Index;
  /** The next entry to send. */
  next: Index;
  feed: Feed;
  /** When it last answered, ms; check-quorum counts those heard within an election timeout. */
  heardAt: number;
  /** When `match` last moved, or the feed changed: a silent loss is noticed by it. */
  movedAt: number;
  /** Newest read round it has confirmed. */
  ackedRound: number;
  /** Newest commit index it was told. */
  toldCommit: Index;
  /**
   * Entries from here on are being read back from the disk; nothing is sent meanwhile. `next` may
   * move before they arrive: then they are of no use, and the reading is over all the same.
   */
  loading: Index | null;
}

/** A follower of which nothing is known yet: the log is probed from its end. */
export function freshProgress(next: Index, now: number): Progress {
  return {
    match: 0,
    next,
    feed: { kind: "probe", paused: false },
    heardAt: now,
    movedAt: now,
    ackedRound: 0,
    toldCommit: 0,
    loading: null,
  };
}

/** Starts again behind what is known for certain. */
export function becomeProbe(progress: Progress, now: number): void {
  progress.next = progress.match + 1;
  progress.feed = { kind: "probe", paused: false };
  progress.movedAt = now;
}

export function becomeReplicate(progress: Progress, now: number): void {
  progress.next = progress.match + 1;
  progress.feed = { kind: "replicate", inflights: new Inflights() };
  progress.movedAt = now;
}

/** The follower acknowledged everything up to `match`; false when that was known already. */
export function advanceMatch(progress: Progress, match: Index, now: number): boolean {
  if (progress.feed.kind === "replicate") progress.feed.inflights.freeThrough(match);
  if (match <= progress.match) return false;
  progress.match = match;
  progress.next = Math.max(progress.next, match + 1);
  progress.movedAt = now;
  return true;
}
