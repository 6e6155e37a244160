import type { Version } from "./version.ts";

/** The changes as they were at some moment, to be read once, in order, at any pace. */
export class PinnedChanges {
  /** Changes that this revision does not need count as forgotten, though some may still come. */
  readonly compacted: number;
  readonly #segments: readonly (readonly Version[])[];
  /** The last segment may have grown since. */
  readonly #lastLength: number;
  #segment = 0;
  #at = 0;

  constructor(segments: readonly (readonly Version[])[], compacted: number) {
    this.#segments = segments;
    this.#lastLength = segments.at(-1)?.length ?? 0;
    this.compacted = compacted;
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
