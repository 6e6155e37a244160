import { assert } from "@quorate/core";

/** What became of one lease. */
export interface LeaseRecord {
  readonly id: bigint;
  readonly ttlSeconds: number;
  /** When the first member had applied its grant, or its last renewal; in virtual ms, as all times here. */
  renewedAt: number;
  end: { readonly how: "expired" | "revoked"; readonly at: number } | null;
  /** Its holder was told so often that it would live so long at least. */
  promisedUntil: number;
}

/** All leases that ever were, with true times, which no member's clock tells. */
export class LeaseBook {
  readonly #records = new Map<bigint, LeaseRecord>();

  get records(): Iterable<LeaseRecord> {
    return this.#records.values();
  }

  /** Whether there are leases that have not ended. */
  get hasOpen(): boolean {
    return [...this.#records.values()].some(({ end }) => end === null);
  }

  get(id: bigint): LeaseRecord {
    const record = this.#records.get(id);
    assert(record !== undefined, `nobody granted the lease ${id.toString(16)}`);
    return record;
  }

  granted(id: bigint, ttlSeconds: number, at: number): void {
    this.#records.set(id, { id, ttlSeconds, renewedAt: at, end: null, promisedUntil: 0 });
  }

  renewed(id: bigint, at: number): void {
    this.get(id).renewedAt = at;
  }

  ended(id: bigint, how: "expired" | "revoked", at: number): void {
    this.get(id).end = { how, at };
  }

  /** The holder was told that its time begins anew, not before that. */
  promised(id: bigint, since: number): void {
    const record = this.get(id);
    record.promisedUntil = Math.max(record.promisedUntil, since + record.ttlSeconds * 1000);
  }
}
