import type { Version } from "./version.ts";

/** The changes as they were at some moment, to be read once, in order, at any pace. */
export class PinnedChanges {
  /** Changes that this revision does not need count as forgotten, though some may still come. */
  readonly compacted: number;
  readonly #segments: readonly (readonly Version[])[];
  /** The last segment may have grown since. */
  readonly #lastLength: number;
  #segment = 0;
  #at: number;

  /** @param from - the revision to begin with, at the latest at the beginning of the second segment */
  constructor(segments: readonly (readonly Version[])[], compacted: number, from: number = 0) {
    this.#segments = segments;
    this.#lastLength = segments.at(-1)?.length ?? 0;
    this.compacted = compacted;
    this.#at = placeOf(segments[0] ?? [], from);
  }

  /** The next change, or null at the end. */
  next(): Version | null {
    const segment = this.#segments[this.#segment];
    if (segment === undefined) return null;
    const isLast = this.#segment === this.#segments.length - 1;
    if (this.#at < (isLast ? this.#lastLength : segment.length)) return segment[this.#at++] ?? null;
    this.#segment++;
    this.#at = 0;
    return this.next();
  }
}

/** How many changes at the beginning are of earlier revisions. */
function placeOf(changes: readonly Version[], revision: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle] as Version).mod < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
