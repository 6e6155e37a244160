import type { Lease } from "./lease.ts";

/** Leases that end so close to each other are kept together. */
const BUCKET_MILLIS = 100;

/**
 * Leases by the time at which they end, rounded up: found without looking at those that do not end yet,
 * and moved at the cost of two sets.
 *
 * Invariant: no lease lies in a bucket before `#first`, which {@link pass} keeps close behind the clock:
 * who asks after a long time, as a new leader does, must not have to count up to it.
 */
export class DueLeases {
  readonly #buckets = new Map<number, Set<Lease>>();
  #first = Infinity;

  add(lease: Lease, millis: number): void {
    const bucket = bucketOf(millis);
    this.#first = Math.min(this.#first, bucket);
    const others = this.#buckets.get(bucket);
    if (others === undefined) this.#buckets.set(bucket, new Set([lease]));
    else others.add(lease);
  }

  /** @param millis - what it was added with */
  delete(lease: Lease, millis: number): void {
    const bucket = bucketOf(millis);
    const others = this.#buckets.get(bucket);
    others?.delete(lease);
    if (others?.size === 0) this.#buckets.delete(bucket);
    if (this.#buckets.size === 0) this.#first = Infinity;
  }

  /** The clock has come so far: to be called whenever it goes on. */
  pass(millis: number): void {
    const now = millis / BUCKET_MILLIS;
    for (; this.#first <= now && !this.#buckets.has(this.#first); this.#first++);
  }

  /** Those that end until then. They stay until they are deleted, which may be meanwhile. */
  *until(millis: number): Generator<Lease, undefined> {
    const last = millis / BUCKET_MILLIS;
    for (let bucket = this.#first; bucket <= last; bucket++) {
      yield* this.#buckets.get(bucket) ?? [];
    }
    return undefined;
  }
}

function bucketOf(millis: number): number {
  return Math.ceil(millis / BUCKET_MILLIS);
}
