import type { Index, Term } from "./ids.ts";

/** Names one entry for ever: two logs that hold the same position hold the same entries up to it. */
export interface Position {
  readonly term: Term;
  readonly index: Index;
}

/** Before the first entry. */
export const ORIGIN: Position = { term: 0, index: 0 };

/**
 * Orders logs by their last entry: the term first, then the index. Raft's vote rule (§5.4.1) and
 * ZAB's (epoch, zxid) order are both this comparison.
 *
 * @returns negative, zero or positive, as for `sort`
 */
export function comparePositions(a: Position, b: Position): number {
  return a.term - b.term || a.index - b.index;
}

/** Whether a log ending at `a` may lead one ending at `b`. */
export function isAtLeastAsUpToDate(a: Position, b: Position): boolean {
  return comparePositions(a, b) >= 0;
}
