import type { Index, LogTail, Position, Term } from "@quorate/core";

/**
 * What a log holds, without its entries: where it begins, where each epoch begins in it, and where
 * it ends. Two logs that have an entry of the same position are the same up to there, so this is
 * enough to tell where they part.
 *
 * ZooKeeper's learner tells its last zxid only; its leader must then send a whole snapshot wherever
 * the histories part in an earlier epoch (row 4c of the decision table).
 */
export interface History {
  /** The position before the first entry. */
  readonly base: Position;
  /** Ascending. */
  readonly epochs: readonly { readonly term: Term; readonly from: Index }[];
  readonly last: Position;
}

/** More epochs than a log between two snapshots ever has; older ones are left out. */
const EPOCHS_MAX = 256;

/** The history of a log. */
export function historyOf(log: LogTail): History {
  const { base, last, terms } = log;
  if (terms.length <= EPOCHS_MAX) return { base, epochs: terms, last };
  const epochs = terms.slice(-EPOCHS_MAX);
  const index = (epochs[0]?.from ?? 1) - 1;
  return { base: { index, term: log.termAt(index) ?? 0 }, epochs, last };
}

/**
 * The last position that both have; null when they part before either begins, or one ends before the
 * other begins.
 */
export function lastCommon(log: LogTail, history: History): Position | null {
  const begins = Math.max(log.base.index, history.base.index);
  let end = history.last.index;
  for (let i = history.epochs.length - 1; i >= 0; i--) {
    const epoch = history.epochs[i];
    if (epoch === undefined) break;
    // Of one epoch a log has a prefix: the shorter one's end is common, if ours reaches that far.
    const at = log.newestAtMost(end, epoch.term);
    if (at.index > end) return null;
    if (at.term === epoch.term && at.index >= epoch.from) return at.index >= begins ? at : null;
    end = epoch.from - 1;
  }
  const { base } = history;
  return log.termAt(base.index) === base.term ? base : null;
}
