/** What is known of a revision: it is none below, and none above. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export const ANY: Bounds = { least: 0, most: Infinity };

export function exactly(revision: number): Bounds {
  return { least: revision, most: revision };
}

/** What is known by all of them; null where they contradict each other. */
export function intersect(...all: readonly Bounds[]): Bounds | null {
  let { least, most } = ANY;
  for (const bounds of all) {
    if (bounds.least > least) least = bounds.least;
    if (bounds.most < most) most = bounds.most;
  }
  return least <= most ? { least, most } : null;
}
