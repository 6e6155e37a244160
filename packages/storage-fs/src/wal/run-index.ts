import { ORIGIN, type Entry, type Index, type Position, type Term } from "@quorate/core";

/** Where on the disk a run of entries lies. */
export interface RunPlace {
  readonly segment: number;
  /** Of the run's bytes in the segment. */
  readonly offset: number;
  readonly size: number;
  /** Of the run's bytes. */
  readonly crc: number;
}

/** A run and what the log still holds of it. */
export interface IndexedRun extends RunPlace {
  readonly first: Index;
  /** Lowered when later entries of the run are truncated. */
  last: Index;
  /** Where each term of the run begins; nearly always one. */
  readonly terms: readonly { readonly term: Term; readonly from: Index }[];
}

/**
 * Finds entries on the disk: one item per written run, not per entry.
 *
 * Invariant: runs ascend without gaps behind `base`.
 */
export class RunIndex {
  #base: Position = ORIGIN;
  #runs: IndexedRun[] = [];
  #revision = 0;

  constructor(base: Position) {
    this.#base = base;
  }

  /** Changes whenever entries cease to be part of the log. */
  get revision(): number {
    return this.#revision;
  }

  /** The position of the newest entry, or the base. */
  get last(): Position {
    const run = this.#runs.at(-1);
    if (run === undefined) return this.#base;
    const term = run.terms.findLast(({ from }) => from <= run.last)?.term ?? this.#base.term;
    return { term, index: run.last };
  }

  add(entries: readonly Entry[], place: RunPlace): void {
    const first = entries[0]?.index;
    const last = entries.at(-1)?.index;
    if (first === undefined || last === undefined) return;
    const terms: { term: Term; from: Index }[] = [];
    for (const { term, index } of entries) {
      if (terms.at(-1)?.term !== term) terms.push({ term, from: index });
    }
    this.#runs.push({ ...place, first, last, terms });
  }

  truncate(from: Index): void {
    this.#revision++;
    while ((this.#runs.at(-1)?.first ?? 0) >= from) this.#runs.pop();
    const run = this.#runs.at(-1);
    if (run !== undefined) run.last = Math.min(run.last, from - 1);
  }

  reset(base: Position): void {
    this.#revision++;
    this.#base = base;
    this.#runs = [];
  }

  /** Whether no entry behind the index lies in the segment or before it. */
  isCovered(segment: number, through: Index): boolean {
    return !this.#runs.some((run) => run.segment <= segment && run.last > through);
  }

  /** The files of these segments are about to go. */
  dropThrough(segment: number): void {
    const kept = this.#runs.filter((run) => run.segment > segment);
    const gone = new RunIndex(this.#base);
    gone.#runs = this.#runs.slice(0, this.#runs.length - kept.length);
    this.#base = gone.last;
    this.#runs = kept;
  }

  /** The run that holds the entry and those behind it; none when the entry is not there. */
  *from(index: Index): Generator<IndexedRun> {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (index > (this.#runs[middle]?.last ?? 0)) low = middle + 1;
      else high = middle;
    }
    if (index < (this.#runs[low]?.first ?? Infinity)) return;
    for (let at = low; at < this.#runs.length; at++) {
      const run = this.#runs[at];
      if (run !== undefined && run.last >= index) yield run;
    }
  }
}
