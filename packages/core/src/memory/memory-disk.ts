import { QuorateError } from "../errors.ts";
import type { StorageOutcome } from "../ports/log-store.ts";

/** Runs the callback after so many ms of whatever time there is; never within the call. */
export type Schedule = (millis: number, callback: () => void) => void;

/** What a {@link MemoryDisk} runs on. */
export interface MemoryDiskOptions {
  readonly schedule: Schedule;
  /** How long the next sync takes; 0 when left out. */
  readonly latencyMillis?: () => number;
}

interface Operation {
  /** Whether it takes space, so that a full disk refuses it. */
  readonly takesSpace: boolean;
  /** Changes, or looks at, what is on the disk. */
  readonly perform: () => void;
  readonly done: (outcome: StorageOutcome) => void;
}

/**
 * The queue before a disk in memory: what waits is synced as one group, acknowledged in order, and
 * lost when the power goes. It belongs to one process life; what it writes to outlives it.
 *
 * Invariant: an operation is performed after all earlier ones, and acknowledged after it was performed.
 */
export class MemoryDisk {
  readonly #schedule: Schedule;
  readonly #latencyMillis: () => number;
  #queue: Operation[] = [];
  #state: "working" | "stalled" | "off" = "working";
  /** A sync whose time has come waits for a stall to end. */
  #overdue = 0;
  #syncing = false;
  #failure: QuorateError | null = null;
  /** While set, everything that takes space is refused with `ERR_STORAGE_FULL`. */
  full = false;

  constructor({ schedule, latencyMillis = () => 0 }: MemoryDiskOptions) {
    this.#schedule = schedule;
    this.#latencyMillis = latencyMillis;
  }

  /** Puts an operation behind the others. */
  submit(takesSpace: boolean, perform: () => void, done: (outcome: StorageOutcome) => void): void {
    if (this.#state === "off") return;
    this.#queue.push({ takesSpace, perform, done });
    this.#sync();
  }

  /** From now on nothing is answered, until {@link resume}. */
  stall(): void {
    if (this.#state === "working") this.#state = "stalled";
  }

  resume(): void {
    if (this.#state !== "stalled") return;
    this.#state = "working";
    const overdue = this.#overdue;
    this.#overdue = 0;
    if (overdue > 0) this.#complete(overdue);
  }

  /** Everything fails from now on, as after an fsync that failed. */
  fail(): void {
    this.#failure = new QuorateError("ERR_STORAGE_FAILED", "the disk in memory was told to fail");
  }

  /**
   * The power goes: nothing is acknowledged any more, and of what was not acknowledged the oldest
   * `survivors(queued)` operations happened nevertheless.
   */
  crash(survivors: (queued: number) => number): void {
    const queue = this.#queue;
    this.#state = "off";
    this.#queue = [];
    const count = this.#failure === null && !this.full ? survivors(queue.length) : 0;
    for (const operation of queue.slice(0, count)) operation.perform();
  }

  #sync(): void {
    if (this.#syncing || this.#queue.length === 0) return;
    this.#syncing = true;
    const count = this.#queue.length;
    this.#schedule(this.#latencyMillis(), () => {
      if (this.#state === "stalled") this.#overdue = count;
      else if (this.#state === "working") this.#complete(count);
    });
  }

  #complete(count: number): void {
    const group = this.#queue.splice(0, count);
    const refused = this.#refuse(group);
    const answers: (() => void)[] = [];
    for (const operation of group) {
      const outcome = this.#failure ?? (refused.has(operation) ? fullDisk() : null);
      if (outcome === null) operation.perform();
      answers.push(() => operation.done(outcome));
    }
    this.#syncing = false;
    this.#sync();
    // Answered last, so that what an answer asks for joins the next group.
    for (const answer of answers) if (this.#state !== "off") answer();
  }

  /** A full disk refuses with the first also what is queued behind it: a log has no holes. */
  #refuse(group: Operation[]): ReadonlySet<Operation> {
    if (!this.full || !group.some((operation) => operation.takesSpace)) return new Set();
    const behind = this.#queue.filter((operation) => operation.takesSpace);
    this.#queue = this.#queue.filter((operation) => !operation.takesSpace);
    group.push(...behind);
    return new Set(group.filter((operation) => operation.takesSpace));
  }
}

function fullDisk(): QuorateError {
  return new QuorateError("ERR_STORAGE_FULL", "the disk in memory was told to be full");
}
