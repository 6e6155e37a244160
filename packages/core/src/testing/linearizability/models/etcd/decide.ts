import { ANY, exactly } from "./bounds.ts";
import { findCell, narrow, replaceCell, type Cell } from "./cell.ts";
import type { EtcdCompare } from "./requests.ts";
import type { Sightings } from "./sightings.ts";

/** One way in which the comparisons of a transaction can come out, and the keys where they do. */
export interface Decision {
  readonly succeeded: boolean;
  readonly cells: readonly Cell[];
}

/**
 * The ways in which the comparisons can come out: both, where one is about a revision that nobody was
 * answered. That it was not a certain one is forgotten again, so that a wrong history may pass; but
 * clients compare with what they have read, and then it is known.
 */
export function decide(
  cells: readonly Cell[],
  compares: readonly EtcdCompare[],
  sightings: Sightings,
): readonly Decision[] {
  const fails: Decision = { succeeded: false, cells };
  let narrowed = cells;
  for (const compare of compares) {
    const cell = findCell(narrowed, compare.key);
    if (cell === undefined) {
      if (compare.target === "value" || compare.number !== 0) return [fails];
      continue;
    }
    const held = holdTo(cell, compare);
    if (held === null) return [fails];
    if (held === cell) continue;
    if (!sightings.allowsCell(held)) return [fails];
    narrowed = replaceCell(narrowed, held);
  }
  const holds: Decision = { succeeded: true, cells: narrowed };
  return narrowed === cells ? [holds] : [holds, fails];
}

/** The key as it must be for the comparison to hold; null where it cannot be. */
function holdTo(cell: Cell, compare: EtcdCompare): Cell | null {
  switch (compare.target) {
    case "value":
      return cell.value === compare.value ? cell : null;
    case "version":
      return cell.version === compare.number ? cell : null;
    case "createRevision":
      return narrow(cell, exactly(compare.number), ANY);
    case "modRevision":
      return narrow(cell, ANY, exactly(compare.number));
  }
}
