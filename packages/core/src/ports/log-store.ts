import type { Persist } from "../effect.ts";
import type { EntryRun } from "../entry.ts";
import type { Index } from "../ids.ts";
import type { Position } from "../position.ts";
import type { QuorateError } from "../errors.ts";

/** Null when it worked. `ERR_STORAGE_FULL` leaves everything as it was; all others are final. */
export type StorageOutcome = QuorateError | null;

/**
 * The durable log and hard state of one group.
 *
 * Callbacks never run inside the call that takes them. Requests are made durable in the order in
 * which they were made, and their callbacks run in that order; the store may sync many at once.
 * After a failure other than `ERR_STORAGE_FULL` every later request fails: what a failed fsync left
 * behind is unknown, so the member must stop. A write that finds the disk full is refused together
 * with every write already queued behind it: the log has no holes, and the caller asks again in order.
 */
export interface LogStore {
  /** Makes one persist durable. `done(null)` only after an fsync that covers it. */
  write(request: Persist, done: (outcome: StorageOutcome) => void): void;
  /**
   * Reads written entries `first..last`, at most `bytesMax` bytes of them but at least one. An empty
   * run says that `first` is no longer there.
   */
  read(
    first: Index,
    last: Index,
    bytesMax: number,
    done: (outcome: StorageOutcome, run: EntryRun) => void,
  ): void;
  /** Entries up to here are covered by a durable snapshot and may be deleted, in whole files. */
  trim(through: Index): void;
  /** Drops the whole log: the next entry follows `base`. The hard state stays. */
  reset(base: Position, done: (outcome: StorageOutcome) => void): void;
  /** Finishes what is under way, then releases the store. Later requests fail with `ERR_STOPPED`. */
  close(done: () => void): void;
}
