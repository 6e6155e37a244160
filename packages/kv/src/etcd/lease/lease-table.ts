import { assert, type Term } from "@quorate/core";
import { DueLeases } from "./due-leases.ts";
import type { Lease, LeaseId } from "./lease.ts";

/** What a lease takes: 200 bytes where many end at the same time, 370 where each has its own. */
export const LEASE_MEMORY_BYTES = 300;

/** What a lease table is restored from. */
export interface LeaseTableState {
  readonly clock: LeaseClock;
  readonly leases: Iterable<Lease>;
}

/** The time that leases are measured by, which stands still while nobody leads. */
export interface LeaseClock {
  /** Milliseconds that leaders have counted, all terms together. */
  readonly millis: number;
  /** The term of the leader that counted last, and how far it had come in its own count. */
  readonly term: Term;
  readonly counted: number;
}

/**
 * All leases, and the time that they have left: replicated, so that a change of leader neither ends a
 * lease early nor gives it its whole time again.
 *
 * No member's clock is believed by another. A leader counts the milliseconds of its own monotonic
 * clock since it took over and puts the count into the log now and then ({@link tick}); the lease
 * clock advances by what was counted, and not at all between two leaders. So it may run late, by the
 * time without a leader, and never early.
 *
 * A lease that was granted or renewed gets its deadline at the second tick behind that. A leader
 * has one tick under way at a time: it took the time of the second one after it had applied the
 * first, and with that the renewal, and answered it. Counted from there, a lease lasts its whole
 * time from the answer on, and at most two ticks longer.
 */
export class LeaseTable {
  readonly #leases = new Map<LeaseId, Lease>();
  readonly #due = new DueLeases();
  /** Renewed since the last tick, and since the one before it. */
  #young = new Set<Lease>();
  #older = new Set<Lease>();
  #clock: LeaseClock;

  constructor({ clock, leases }: LeaseTableState = { clock: STOPPED, leases: [] }) {
    this.#clock = clock;
    for (const lease of leases) this.#add(lease);
  }

  get size(): number {
    return this.#leases.size;
  }

  /** About the memory that they take. */
  get bytes(): number {
    return this.#leases.size * LEASE_MEMORY_BYTES;
  }

  get clock(): LeaseClock {
    return this.#clock;
  }

  [Symbol.iterator](): IterableIterator<Lease> {
    return this.#leases.values();
  }

  get(id: LeaseId): Lease | undefined {
    return this.#leases.get(id);
  }

  grant(id: LeaseId, ttlSeconds: number): void {
    assert(!this.#leases.has(id), "a lease is granted once");
    this.#add({ id, ttlSeconds, ends: { kind: "young" } });
  }

  /** Gives the lease its whole time again. */
  renew(lease: Lease): void {
    if (lease.ends.kind === "young") return;
    this.#forget(lease);
    lease.ends = { kind: "young" };
    this.#young.add(lease);
  }

  revoke(lease: Lease): void {
    this.#forget(lease);
    this.#leases.delete(lease.id);
  }

  /** The leader of the term has counted so many milliseconds since it took over. */
  tick(term: Term, counted: number): void {
    const millis = this.millisAt(term, counted);
    this.#clock = { millis, term, counted };
    this.#due.pass(millis);
    for (const lease of this.#older) {
      const at = millis + lease.ttlSeconds * 1000;
      lease.ends = { kind: "at", millis: at };
      this.#due.add(lease, at);
    }
    for (const lease of this.#young) lease.ends = { kind: "older" };
    this.#older = this.#young;
    this.#young = new Set();
  }

  /** What the lease clock says when the leader of the term has counted so far. */
  millisAt(term: Term, counted: number): number {
    const before = term === this.#clock.term ? this.#clock.counted : 0;
    return Math.min(this.#clock.millis + Math.max(0, counted - before), CLOCK_MILLIS_MAX);
  }

  /** The leases whose time is over when the clock says so much, the longest overdue first. */
  dueAt(millis: number): Iterable<Lease> {
    return this.#due.until(millis);
  }

  /** Milliseconds that the lease has left when the clock says so much; negative when overdue. */
  millisLeft({ ttlSeconds, ends }: Lease, millis: number): number {
    return ends.kind === "at" ? ends.millis - millis : ttlSeconds * 1000;
  }

  #add(lease: Lease): void {
    this.#leases.set(lease.id, lease);
    const { ends } = lease;
    if (ends.kind === "young") this.#young.add(lease);
    else if (ends.kind === "older") this.#older.add(lease);
    else this.#due.add(lease, ends.millis);
  }

  #forget(lease: Lease): void {
    const { ends } = lease;
    if (ends.kind === "young") this.#young.delete(lease);
    else if (ends.kind === "older") this.#older.delete(lease);
    else this.#due.delete(lease, ends.millis);
  }
}

/** Some 4,000 years, in which with the longest lease on top 48 bits hold every deadline. */
const CLOCK_MILLIS_MAX = 2 ** 47;

const STOPPED: LeaseClock = { millis: 0, term: 0, counted: 0 };
