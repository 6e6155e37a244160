import { ANY, type Bounds } from "./bounds.ts";
import { findCell, narrow, replaceCell, type Cell } from "./cell.ts";
import type { EtcdCompare } from "./requests.ts";
import type { Sightings } from "./sightings.ts";

/** One way in which the comparisons of a transaction can come out, and the keys where they do. */
export interface Decision {
  readonly succeeded: boolean;
  readonly cells: readonly Cell[];
}

/** The keys as they must be for a comparison to come out so; several, where it can in several ways. */
interface Ways {
  readonly holds: readonly (readonly Cell[])[];
  readonly fails: readonly (readonly Cell[])[];
}

/**
 * The ways in which the comparisons can come out; both, where one is about a revision that nobody was
 * answered.
 */
export function decide(
  cells: readonly Cell[],
  compares: readonly EtcdCompare[],
  sightings: Sightings,
): readonly Decision[] {
  const decisions: Decision[] = [];
  let holding: readonly (readonly Cell[])[] = [cells];
  for (const compare of compares) {
    const ways = holding.map((each) => waysOf(each, compare, sightings));
    for (const failing of ways.flatMap(({ fails }) => fails)) {
      decisions.push({ succeeded: false, cells: failing });
    }
    holding = ways.flatMap(({ holds }) => holds);
  }
  return [...holding.map((each) => ({ succeeded: true, cells: each })), ...decisions];
}

function waysOf(cells: readonly Cell[], compare: EtcdCompare, sightings: Sightings): Ways {
  const cell = findCell(cells, compare.key);
  if (compare.target === "value") return certainly(cells, cell?.value === compare.value);
  const { target, number } = compare;
  if (cell === undefined) return certainly(cells, number === 0);
  if (target === "version") return certainly(cells, cell.version === number);
  const within = (bounds: Bounds): readonly (readonly Cell[])[] => {
    const narrowed =
      target === "modRevision" ? narrow(cell, ANY, bounds) : narrow(cell, bounds, ANY);
    if (narrowed === null || !sightings.allowsCell(narrowed)) return [];
    return [narrowed === cell ? cells : replaceCell(cells, narrowed)];
  };
  return {
    holds: within({ least: number, most: number }),
    fails: [
      ...within({ least: 0, most: number - 1 }),
      ...within({ least: number + 1, most: Infinity }),
    ],
  };
}

function certainly(cells: readonly Cell[], holds: boolean): Ways {
  return holds ? { holds: [cells], fails: [] } : { holds: [], fails: [cells] };
}
