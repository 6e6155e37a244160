import type { Runtime } from "@quorate/core";

/** Does a bounded part of some work; answers whether there is more. */
export type Slice = () => boolean;

/** Jobs that clients may have under way together. Each holds on to what it looks at. */
const JOBS_MAX = 16;

/**
 * Work that would keep the loop too long, cut into slices: one slice a turn, of each job in its turn,
 * so that requests go on being answered.
 */
export class SlicedWork {
  readonly #runtime: Pick<Runtime, "defer">;
  readonly #jobs: Slice[] = [];

  constructor(runtime: Pick<Runtime, "defer">) {
    this.#runtime = runtime;
  }

  /** Whether there is so much under way that no client may add to it. */
  get isFull(): boolean {
    return this.#jobs.length >= JOBS_MAX;
  }

  /** Takes up a job, which begins in a later turn. */
  add(job: Slice): void {
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#schedule();
  }

  /** Drops what is under way: nobody waits for it any more. */
  stop(): void {
    this.#jobs.length = 0;
  }

  #schedule(): void {
    this.#runtime.defer(() => {
      const job = this.#jobs[0];
      if (job === undefined) return;
      const hasMore = job();
      this.#jobs.shift();
      if (hasMore) this.#jobs.push(job);
      if (this.#jobs.length > 0) this.#schedule();
    });
  }
}
