import { assert } from "../assert.ts";
import type { Persist } from "../effect.ts";
import { encodeRun, entryBytes, type Entry, type EntryRun } from "../entry.ts";
import type { Index, Term } from "../ids.ts";
import { ORIGIN, type Position } from "../position.ts";

/**
 * What is durable of one group's log: the files, so to speak. It outlives the process that wrote it.
 *
 * Invariant: `entries` follow `base` without gaps.
 */
export class MemoryLog {
  #hardState: Uint8Array | null = null;
  #base: Position = ORIGIN;
  #entries: Entry[] = [];
  readonly #segmentEntries: number;

  /** @param segmentEntries - entries are deleted in files of so many, as a real store does */
  constructor(segmentEntries: number = 1) {
    this.#segmentEntries = segmentEntries;
  }

  get hardState(): Uint8Array | null {
    return this.#hardState;
  }

  /** The position before the first entry. */
  get base(): Position {
    return this.#base;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get last(): Position {
    const last = this.#entries.at(-1);
    return last === undefined ? this.#base : { term: last.term, index: last.index };
  }

  entryAt(index: Index): Entry | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  termAt(index: Index): Term | null {
    if (index === this.#base.index) return this.#base.term;
    return this.entryAt(index)?.term ?? null;
  }

  persist({ truncateFrom, run, hardState }: Persist): void {
    if (truncateFrom !== null) {
      assert(truncateFrom > this.#base.index, "nothing is truncated that is gone");
      this.#entries.length = Math.min(this.#entries.length, truncateFrom - this.#base.index - 1);
    }
    for (const entry of run?.entries ?? []) {
      const { index } = this.last;
      assert(entry.index === index + 1, `entry ${entry.index} is written behind ${index}`);
      this.#entries.push(entry);
    }
    if (hardState !== null) this.#hardState = hardState;
  }

  trim(through: Index): void {
    const whole = through - (through % this.#segmentEntries);
    const last = this.entryAt(Math.min(whole, this.last.index));
    if (last === undefined) return;
    this.#entries = this.#entries.slice(last.index - this.#base.index);
    this.#base = { term: last.term, index: last.index };
  }

  reset(base: Position): void {
    this.#base = base;
    this.#entries = [];
  }

  read(first: Index, last: Index, bytesMax: number): EntryRun {
    const found: Entry[] = [];
    let bytes = 0;
    for (let index = first; index <= last; index++) {
      const entry = index > this.#base.index ? this.entryAt(index) : undefined;
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > bytesMax && found.length > 0) break;
      found.push(entry);
    }
    return encodeRun(found);
  }
}
