import { PinnedChanges } from "./pinned-changes.ts";
import { sharedBytes, ValueSlabs } from "./value-slabs.ts";
import type { Version } from "./version.ts";

/** What a slice of a sweep looks at: so many changes are kept, swept and moved together. */
const SEGMENT_CHANGES_MAX = 512;

interface Segment {
  /** Appended to, or replaced as a whole: whoever remembers the length has a fixed view. */
  readonly changes: Version[];
  /** What its values take of slabs, those included that were forgotten since. */
  slabBytes: number;
}

/**
 * All changes in the order of their revisions, from the last compaction on, and whatever of the older
 * ones no sweep has come to yet. A compaction only begins a sweep, which then goes through the log a
 * segment at a time.
 *
 * Invariants: changes ascend by (mod, sub); no segment is empty or larger than its bound; of what a
 * segment holds of slabs at least half is in use, once it was swept.
 */
export class ChangeLog {
  readonly #segmentChangesMax: number;
  readonly #segments: Segment[] = [];
  readonly #fresh = new ValueSlabs();
  /** Apart from the fresh ones: what was long kept and what is new are not forgotten together. */
  readonly #survivors = new ValueSlabs();
  #compacted: number;
  #intactFrom: number;
  /** The segment that the sweep under way comes to next; null when there is none. */
  #cursor: number | null = null;
  /** There was another compaction since the sweep began: it must go round once more. */
  #again = false;

  constructor(compacted: number, segmentChangesMax: number = SEGMENT_CHANGES_MAX) {
    this.#compacted = compacted;
    this.#intactFrom = compacted;
    this.#segmentChangesMax = segmentChangesMax;
  }

  /** History is gone before this revision. */
  get compacted(): number {
    return this.#compacted;
  }

  /** From this revision on no change was forgotten yet, whatever may be: no sweep has begun with it. */
  get intactFrom(): number {
    return this.#intactFrom;
  }

  /** Whether a compaction left something to be swept. */
  get isSweeping(): boolean {
    return this.#cursor !== null;
  }

  /** Takes up the newest change, with a copy of its value. */
  append(change: Version): void {
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.changes.length >= this.#segmentChangesMax) {
      segment = { changes: [], slabBytes: 0 };
      this.#segments.push(segment);
    }
    change.moveTo(this.#fresh);
    segment.changes.push(change);
    segment.slabBytes += sharedBytes(change.valueBytes);
  }

  /** The changes as they are now, from a revision on; costs as much as there are segments behind it. */
  pin(from: number = 0): PinnedChanges {
    const first = this.#segmentOf(from);
    return new PinnedChanges(
      this.#segments.slice(first).map(({ changes }) => changes),
      this.#compacted,
      from,
    );
  }

  /** From now on what the revision does not need counts as forgotten. */
  compact(revision: number): void {
    this.#compacted = revision;
    if (this.#cursor === null) this.#cursor = 0;
    else this.#again = true;
  }

  /** Really forgets, in one segment; answers whether there are more. */
  sweep(forget: (change: Version) => void): boolean {
    const at = this.#cursor;
    if (at === null) return false;
    const segment = this.#segments[at];
    if (segment === undefined || (segment.changes[0]?.mod ?? 0) >= this.#compacted) {
      this.#cursor = this.#again ? 0 : null;
      this.#again = false;
      return this.isSweeping;
    }
    this.#intactFrom = this.#compacted;
    const changes: Version[] = [];
    for (const change of segment.changes) {
      if (change.outlives(this.#compacted)) changes.push(change);
      else forget(change);
    }
    this.#replace(at, this.#pack({ changes, slabBytes: segment.slabBytes }));
    return true;
  }

  /** The last segment that begins before the revision, or the first. */
  #segmentOf(revision: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#segments[middle]?.changes[0]?.mod ?? 0) < revision) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Moves the values together if less than half of what they hold on to is theirs. */
  #pack(segment: Segment): Segment {
    let used = 0;
    for (const { valueBytes } of segment.changes) used += sharedBytes(valueBytes);
    if (used * 2 >= segment.slabBytes) return segment;
    for (const change of segment.changes) {
      if (sharedBytes(change.valueBytes) > 0) change.moveTo(this.#survivors);
    }
    return { ...segment, slabBytes: used };
  }

  /** Puts what is left of a segment in its place, or to the one before it if there is room. */
  #replace(at: number, segment: Segment): void {
    const before = this.#segments[at - 1];
    const { changes, slabBytes } = segment;
    if (changes.length === 0) {
      this.#segments.splice(at, 1);
    } else if (
      before !== undefined &&
      before.changes.length + changes.length <= this.#segmentChangesMax
    ) {
      const merged = [...before.changes, ...changes];
      this.#segments.splice(at - 1, 2, {
        changes: merged,
        slabBytes: before.slabBytes + slabBytes,
      });
    } else {
      this.#segments[at] = segment;
      this.#cursor = at + 1;
    }
  }
}
