import type { Persist } from "../effect.ts";
import type { EntryRun } from "../entry.ts";
import { QuorateError } from "../errors.ts";
import type { Index } from "../ids.ts";
import type { LogStore, StorageOutcome } from "../ports/log-store.ts";
import type { Position } from "../position.ts";
import type { MemoryDisk, Schedule } from "./memory-disk.ts";
import type { MemoryLog } from "./memory-log.ts";

const NOTHING: EntryRun = { entries: [], bytes: new Uint8Array(0) };

/** A log store in memory, for tests and for groups that need not survive their process. */
export class MemoryLogStore implements LogStore {
  readonly #log: MemoryLog;
  readonly #disk: MemoryDisk;
  readonly #schedule: Schedule;
  #closed = false;

  /**
   * @param log - what is durable, as an earlier store may have left it
   * @param disk - of this process life
   */
  constructor(log: MemoryLog, disk: MemoryDisk, schedule: Schedule) {
    this.#log = log;
    this.#disk = disk;
    this.#schedule = schedule;
  }

  write(request: Persist, done: (outcome: StorageOutcome) => void): void {
    if (this.#refuses(done)) return;
    this.#disk.submit(true, () => this.#log.persist(request), done);
  }

  read(
    first: Index,
    last: Index,
    bytesMax: number,
    done: (outcome: StorageOutcome, run: EntryRun) => void,
  ): void {
    if (this.#refuses((outcome) => done(outcome, NOTHING))) return;
    let run = NOTHING;
    // In the queue behind the writes: what was written can be read, durable or not.
    this.#disk.submit(
      false,
      () => {
        run = this.#log.read(first, last, bytesMax);
      },
      (outcome) => done(outcome, run),
    );
  }

  trim(through: Index): void {
    if (this.#closed) return;
    this.#disk.submit(
      false,
      () => this.#log.trim(through),
      () => {},
    );
  }

  reset(base: Position, done: (outcome: StorageOutcome) => void): void {
    if (this.#refuses(done)) return;
    this.#disk.submit(false, () => this.#log.reset(base), done);
  }

  close(done: () => void): void {
    if (this.#closed) {
      this.#schedule(0, done);
      return;
    }
    this.#closed = true;
    this.#disk.submit(false, () => {}, done);
  }

  #refuses(done: (outcome: StorageOutcome) => void): boolean {
    if (!this.#closed) return false;
    this.#schedule(0, () => done(new QuorateError("ERR_STOPPED", "the log store is closed")));
    return true;
  }
}
