import { QuorateError } from "../errors.ts";
import type { Index, RequestId } from "../ids.ts";

type Done = (failure: QuorateError | null) => void;

interface Waiting {
  readonly since: number;
  readonly done: Done;
}

/**
 * Linearizable reads of this member. One barrier is under way at a time and serves every read that
 * was asked before it; reads that come meanwhile share the next one.
 */
export class PendingReads {
  #nextId: RequestId = 1;
  #waiting: Waiting[] = [];
  #barrier: { readonly id: RequestId; readonly since: number; readonly reads: Waiting[] } | null =
    null;
  /** Barriers answered, waiting for the state machine to get there; indices ascend. */
  readonly #confirmed: { readonly index: Index; readonly reads: readonly Waiting[] }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Reads wait and no barrier is under way. */
  get needsBarrier(): boolean {
    return this.#barrier === null && this.#waiting.length > 0;
  }

  add(since: number, done: Done): void {
    this.#waiting.push({ since, done });
    this.#count++;
  }

  /** The barrier to ask for now, if any reads wait and none is under way. */
  nextBarrier(now: number): RequestId | null {
    if (!this.needsBarrier) return null;
    const id = this.#nextId++;
    this.#barrier = { id, since: now, reads: this.#waiting };
    this.#waiting = [];
    return id;
  }

  ready(id: RequestId, index: Index, applied: Index): void {
    const barrier = this.#barrier;
    if (barrier === null || barrier.id !== id) return; // answered late: it was asked again
    this.#barrier = null;
    this.#confirmed.push({ index, reads: barrier.reads });
    this.applied(applied);
  }

  /** The reads go back to the head of those that wait. */
  failed(id: RequestId): void {
    const barrier = this.#barrier;
    if (barrier === null || barrier.id !== id) return;
    this.#barrier = null;
    this.#waiting = [...barrier.reads, ...this.#waiting];
  }

  applied(index: Index): void {
    while ((this.#confirmed[0]?.index ?? Infinity) <= index) {
      const confirmed = this.#confirmed.shift();
      if (confirmed !== undefined) this.#finish(confirmed.reads, null);
    }
  }

  /** Asks again what got no answer; fails what waited too long. */
  tick(now: number, retryMillis: number, waitMillis: number): void {
    const barrier = this.#barrier;
    if (barrier !== null && now - barrier.since > retryMillis) this.failed(barrier.id);
    if ((this.#waiting[0]?.since ?? now) >= now - waitMillis) return;
    const late = this.#waiting.filter((read) => read.since < now - waitMillis);
    this.#waiting = this.#waiting.filter((read) => read.since >= now - waitMillis);
    this.#finish(late, new QuorateError("ERR_NO_LEADER", "no leader confirmed the read in time"));
  }

  failAll(error: QuorateError): void {
    const reads = [
      this.#barrier?.reads ?? [],
      this.#waiting,
      ...this.#confirmed.map((c) => c.reads),
    ];
    this.#barrier = null;
    this.#waiting = [];
    this.#confirmed.length = 0;
    this.#finish(reads.flat(), error);
  }

  #finish(reads: readonly Waiting[], failure: QuorateError | null): void {
    this.#count -= reads.length;
    for (const { done } of reads) done(failure);
  }
}
