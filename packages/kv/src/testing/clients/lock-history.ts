import type { LockInput, LockOutput, Operation } from "@quorate/core/testing/linearizability";

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

/** Is told who got a lock, and who let it go. */
export interface LockHistoryListener {
  acquired(holder: LockHolder): void;
  released(holder: LockHolder): void;
}

/** Who got which lock when, and let it go. */
export class LockHistory {
  readonly #moment: () => number;
  readonly #listener: LockHistoryListener | null;
  readonly #holders: LockHolder[] = [];

  /** @param moment - the time by which all clients go; it only ascends */
  constructor(moment: () => number, listener: LockHistoryListener | null = null) {
    this.#moment = moment;
    this.#listener = listener;
  }

  acquired(holder: Pick<LockHolder, "key" | "owner" | "token" | "lease" | "invoked">): LockHolder {
    const held: LockHolder = { ...holder, acquired: this.#moment(), released: null };
    this.#holders.push(held);
    this.#listener?.acquired(held);
    return held;
  }

  /** The holder lets go, by a call that rejects where it may not have worked. */
  async release(holder: LockHolder, call: () => Promise<unknown>): Promise<void> {
    const invoked = this.#moment();
    holder.released = { invoked, at: null };
    await call();
    holder.released = { invoked, at: this.#moment() };
    this.#listener?.released(holder);
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
