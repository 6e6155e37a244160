import type { KeyText } from "./key-order.ts";
import type { Version } from "./version.ts";

/** Shared by all keys that have one version; never written to. */
const NONE: Version[] = [];

/**
 * The versions of one key that are not forgotten yet, in order.
 *
 * Invariant: there is at least one, until {@link forget} says otherwise; at most one of a revision.
 */
export class KeyHistory {
  readonly key: KeyText;
  #newest: Version;
  /** All others, oldest first. */
  #older: Version[] = NONE;

  constructor(first: Version) {
    this.key = first.key;
    this.#newest = first;
  }

  get newest(): Version {
    return this.#newest;
  }

  /** The version that was current at the revision. */
  at(revision: number): Version | undefined {
    if (this.#newest.mod <= revision) return this.#newest;
    return this.#older[this.#countUntil(revision) - 1];
  }

  add(version: Version): void {
    const before = this.#newest;
    before.replace(version.mod);
    if (this.#older === NONE) this.#older = [before];
    else this.#older.push(before);
    this.#newest = version;
  }

  /** Forgets what no reader at the revision or later can see; answers whether anything is left. */
  forget(revision: number): boolean {
    const until = this.#countUntil(revision);
    const last = this.#older[until - 1];
    if (last !== undefined) {
      // All before it were replaced by then; it may still have been current.
      const count = last.outlives(revision) ? until - 1 : until;
      if (count === this.#older.length) this.#older = NONE;
      else this.#older.splice(0, count);
    }
    // If the newest one is not needed, no older one is.
    return this.#newest.outlives(revision);
  }

  /** How many of the older versions were made until the revision. */
  #countUntil(revision: number): number {
    let low = 0;
    let high = this.#older.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#older[middle] as Version).mod <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
