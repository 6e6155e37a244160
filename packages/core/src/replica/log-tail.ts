import { assert } from "../assert.ts";
import { encodeRun, entryBytes, type Entry, type EntryRun } from "../entry.ts";
import type { Index, Term } from "../ids.ts";
import { ORIGIN, type Position } from "../position.ts";

/**
 * The log as a protocol sees it: the terms of everything behind the snapshot, and the newest entries
 * themselves. Older entries may have left memory; they are read back through `loadEntries`.
 *
 * Invariants: `base.index < first <= cachedFrom`, indices are dense, terms do not decrease.
 */
export class LogTail {
  /** The position before `first`: the newest entry that is gone. */
  #base: Position = ORIGIN;
  /** Where each term begins, ascending; enough to tell the term of any index. */
  #terms: { readonly term: Term; readonly from: Index }[] = [];
  #entries: Entry[] = [];
  #cachedFrom: Index = 1;
  #cachedBytes = 0;

  constructor(base: Position, entries: readonly Entry[]) {
    this.reset(base);
    this.append(entries);
  }

  get base(): Position {
    return this.#base;
  }

  get first(): Index {
    return this.#base.index + 1;
  }

  get lastIndex(): Index {
    return this.#cachedFrom + this.#entries.length - 1;
  }

  get last(): Position {
    return { index: this.lastIndex, term: this.#terms.at(-1)?.term ?? this.#base.term };
  }

  /** From here on the entries themselves are in memory. */
  get cachedFrom(): Index {
    return this.#cachedFrom;
  }

  /** Where each term begins, ascending; the first may begin before the log does. */
  get terms(): readonly { readonly term: Term; readonly from: Index }[] {
    return this.#terms;
  }

  /** The term of the entry at the index, or null when it is not there (any more, or yet). */
  termAt(index: Index): Term | null {
    if (index === this.#base.index) return this.#base.term;
    if (index < this.first || index > this.lastIndex) return null;
    for (let i = this.#terms.length - 1; i >= 0; i--) {
      const run = this.#terms[i];
      if (run !== undefined && run.from <= index) return run.term;
    }
    return null;
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, `entry ${entry.index} follows ${this.lastIndex}`);
      const lastTerm = this.#terms.at(-1)?.term ?? this.#base.term;
      assert(entry.term >= lastTerm, `term ${entry.term} does not follow ${lastTerm}`);
      if (entry.term !== lastTerm || this.#terms.length === 0) {
        this.#terms.push({ term: entry.term, from: entry.index });
      }
      this.#entries.push(entry);
      this.#cachedBytes += entryBytes(entry);
    }
  }

  /** Drops the entry at the index and everything behind it. */
  truncate(from: Index): void {
    assert(from > this.#base.index, "nothing is truncated that a snapshot covers");
    assert(from >= this.#cachedFrom, "what may be truncated is still in memory");
    for (const entry of this.#entries.splice(from - this.#cachedFrom)) {
      this.#cachedBytes -= entryBytes(entry);
    }
    while ((this.#terms.at(-1)?.from ?? 0) >= from) this.#terms.pop();
  }

  /** Forgets everything up to the index; its position becomes the base. */
  trim(through: Index): void {
    if (through <= this.#base.index) return;
    const term = this.termAt(through);
    assert(term !== null, `entry ${through} is there to be trimmed`);
    this.evict(through);
    this.#base = { term, index: through };
    const kept = this.#terms.filter((_, i) => (this.#terms[i + 1]?.from ?? Infinity) > through + 1);
    this.#terms = this.lastIndex > through ? kept : [];
  }

  /** Lets entries up to the index leave memory; their terms stay known. */
  evict(through: Index): void {
    const count = Math.min(through, this.lastIndex) - this.#cachedFrom + 1;
    if (count <= 0) return;
    for (const entry of this.#entries.splice(0, count)) this.#cachedBytes -= entryBytes(entry);
    this.#cachedFrom += count;
  }

  /** Evicts the oldest entries up to the index while the cache holds more than so many bytes. */
  evictAbove(bytesMax: number, through: Index): void {
    if (this.#cachedBytes <= bytesMax) return;
    let bytes = this.#cachedBytes;
    let last = this.#cachedFrom - 1;
    // Some room is made at once, so that not every turn moves the whole list.
    while (bytes > bytesMax * 0.75 && last < through) {
      const entry = this.#entries[last + 1 - this.#cachedFrom];
      if (entry === undefined) break;
      bytes -= entryBytes(entry);
      last++;
    }
    this.evict(last);
  }

  /** The whole log is replaced by a snapshot at the position. */
  reset(base: Position): void {
    this.#base = base;
    this.#terms = [];
    this.#entries = [];
    this.#cachedFrom = base.index + 1;
    this.#cachedBytes = 0;
  }

  /** Entries `first..last`; all of them must be in memory. */
  slice(first: Index, last: Index): readonly Entry[] {
    assert(first >= this.#cachedFrom, `entry ${first} is in memory`);
    return this.#entries.slice(first - this.#cachedFrom, last - this.#cachedFrom + 1);
  }

  /**
   * A run from `first` on, through `last` at most, of at most so many bytes but at least one entry;
   * null when not in memory.
   */
  run(first: Index, bytesMax: number, through: Index = this.lastIndex): EntryRun | null {
    if (first < this.#cachedFrom) return null;
    let bytes = 0;
    let last = first - 1;
    while (last < through) {
      const entry = this.#entries[last + 1 - this.#cachedFrom];
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > bytesMax && last >= first) break;
      last++;
    }
    return encodeRun(this.slice(first, last));
  }

  /**
   * The newest entry at or before the index whose term is at most `term`: where two logs may still
   * agree. Skips a whole term at a time, so that finding it costs a round per term.
   */
  newestAtMost(index: Index, term: Term): Position {
    let at = Math.min(index, this.lastIndex);
    for (let i = this.#terms.length - 1; i >= 0; i--) {
      const run = this.#terms[i];
      if (run === undefined || run.from > at) continue;
      if (run.term <= term) return { index: at, term: run.term };
      at = run.from - 1;
    }
    return this.#base;
  }
}
