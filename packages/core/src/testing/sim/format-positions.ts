import type { Index, Term } from "../../ids.ts";
import type { Position } from "../../position.ts";

/** Positions in few words: `1/1-3 2/4` are three entries of term 1 and one of term 2. */
export function formatPositions(positions: readonly Position[]): string {
  const ranges: string[] = [];
  let first = positions[0];
  for (const [i, position] of positions.entries()) {
    const next = positions[i + 1];
    if (first === undefined || next?.term === first.term) continue;
    ranges.push(formatRange(first.term, first.index, position.index));
    first = next;
  }
  return ranges.length === 0 ? "empty" : ranges.join(" ");
}

/** Entries of one term. */
export function formatRange(term: Term, from: Index, through: Index): string {
  return from === through ? `${term}/${from}` : `${term}/${from}-${through}`;
}
