import { assert } from "../assert.ts";
import type { Entry } from "../entry.ts";
import type { Position } from "../position.ts";

/** The log as a store found it. */
export interface FoundLog {
  /** The position before the first entry. */
  readonly base: Position;
  readonly entries: readonly Entry[];
}

/** What of a found log goes on, and what must happen to the store before anything is written. */
export interface RecoveredTail {
  readonly tail: readonly Entry[];
  /** The log parts from the snapshot: it must be reset to here first. Null when it need not. */
  readonly resetTo: Position | null;
}

/**
 * Brings a found log and the durable snapshot together. A crash between making a received snapshot
 * durable and beginning the log behind it leaves entries that end before the snapshot or, worse, that
 * go on behind it with another leader's: they were never committed and must go.
 */
export function recoverTail(snapshot: Position | null, log: FoundLog): RecoveredTail {
  const { base, entries } = log;
  const covered = snapshot?.index ?? 0;
  assert(base.index <= covered, `the log begins behind ${base.index}, the snapshot at ${covered}`);
  if (snapshot === null) return { tail: entries, resetTo: null };
  const at = base.index === covered ? base : entries[covered - base.index - 1];
  if (at?.term === snapshot.term) return { tail: entries, resetTo: null };
  return { tail: [], resetTo: snapshot };
}
