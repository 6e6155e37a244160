import { entryBytes, type Entry } from "../entry.ts";

/** After so many times the entries a snapshot is due however large it is: a restart replays these. */
const ENTRIES_FACTOR_MAX = 10;

/** What is logged in between is at least this share of a snapshot. */
const LOGGED_SHARE = 0.5;

/**
 * Says when the next snapshot is due. A snapshot costs as much as the state is large, whatever has
 * changed: after so many entries, but not before half as much was logged as the last one took. All
 * snapshots together then write at most twice what the log does, until the state is so large that the
 * length of the log alone decides.
 */
export class CheckpointRule {
  readonly #checkpointEntries: number;
  #snapshotBytes: number;
  #entries = 0;
  #loggedBytes = 0;

  constructor(checkpointEntries: number, snapshotBytes: number) {
    this.#checkpointEntries = checkpointEntries;
    this.#snapshotBytes = snapshotBytes;
  }

  get isDue(): boolean {
    if (this.#entries < this.#checkpointEntries) return false;
    if (this.#entries >= this.#checkpointEntries * ENTRIES_FACTOR_MAX) return true;
    return this.#loggedBytes >= this.#snapshotBytes * LOGGED_SHARE;
  }

  /** Entries were applied: the last snapshot does not hold them. */
  applied(entries: readonly Entry[]): void {
    this.#entries += entries.length;
    for (const entry of entries) this.#loggedBytes += entryBytes(entry);
  }

  /** The state as it stands is being written out, or was taken from a snapshot. */
  begun(): void {
    this.#entries = 0;
    this.#loggedBytes = 0;
  }

  /** A snapshot of this size is the current one. */
  installed(snapshotBytes: number): void {
    this.#snapshotBytes = snapshotBytes;
  }
}
