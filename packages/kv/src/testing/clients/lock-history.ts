import type { LockInput, LockOutput, Operation } from "@quorate/core/testing/linearizability";
import type { Journal } from "../journal.ts";

/** One who got a lock. */
export interface LockHolder {
  readonly key: string;
  readonly owner: string;
  readonly token: number;
  readonly lease: bigint;
  /** When it asked for the lock, and when it was told that it has it. */
  readonly invoked: number;
  readonly acquired: number;
  /** When it asked to let it go, and when it was told that this was done; null: never. */
  released: { readonly invoked: number; readonly at: number | null } | null;
}

/** Who got which lock when, and let it go. */
export class LockHistory {
  readonly #journal: Journal;
  readonly #holders: LockHolder[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  acquired(holder: Pick<LockHolder, "key" | "owner" | "token" | "lease" | "invoked">): LockHolder {
    const { key, owner, token } = holder;
    this.#journal.counts.locked++;
    this.#journal.note(owner, "has lock", `${key}, token ${token}`);
    const held: LockHolder = { ...holder, acquired: this.#journal.moment(), released: null };
    this.#holders.push(held);
    return held;
  }

  /** The holder lets go, by a call that rejects where it may not have worked. */
  async release(holder: LockHolder, call: () => Promise<unknown>): Promise<void> {
    const { key, owner } = holder;
    const invoked = this.#journal.moment();
    holder.released = { invoked, at: null };
    await call();
    holder.released = { invoked, at: this.#journal.moment() };
    this.#journal.note(owner, "has released", key);
  }

  /**
   * What happened to the locks, as the model of them has it.
   *
   * @param endOf - until when a lease was promised to live: its locks may be lost from then on
   */
  operations(endOf: (lease: bigint) => number): readonly Operation<LockInput, LockOutput>[] {
    return this.#holders.flatMap((holder) => operationsOf(holder, endOf(holder.lease)));
  }
}

function operationsOf(
  { key, owner, token, invoked, acquired, released }: LockHolder,
  end: number,
): readonly Operation<LockInput, LockOutput>[] {
  const operations: Operation<LockInput, LockOutput>[] = [
    {
      client: owner,
      input: { kind: "acquire", key, owner },
      invoked,
      answer: { at: acquired, output: { kind: "acquired", token } },
    },
  ];
  // Later it may have been the end of the lease that released it.
  const isCertain = released?.at != null && released.at < end;
  if (released !== null && released.invoked < end) {
    operations.push({
      client: owner,
      input: { kind: "release", key, owner, token },
      invoked: released.invoked,
      answer: isCertain ? { at: released.at, output: { kind: "released" } } : null,
    });
  }
  if (!isCertain) {
    const input: LockInput = { kind: "expire", key, owner };
    operations.push({ client: owner, input, invoked: Math.max(end, invoked), answer: null });
  }
  return operations;
}
