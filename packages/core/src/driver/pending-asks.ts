import { QuorateError } from "../errors.ts";
import type { NodeId } from "../ids.ts";

/** Questions to other members' services that wait for their answers. */
export class PendingAsks {
  #nextId = 1;
  readonly #pending = new Map<
    number,
    {
      readonly to: NodeId;
      readonly since: number;
      readonly done: (answer: Uint8Array | QuorateError) => void;
    }
  >();

  get count(): number {
    return this.#pending.size;
  }

  add(to: NodeId, since: number, done: (answer: Uint8Array | QuorateError) => void): number {
    const id = this.#nextId++;
    this.#pending.set(id, { to, since, done });
    return id;
  }

  answered(id: number, from: NodeId, answer: Uint8Array): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.to !== from) return; // too late, or not ours
    this.#pending.delete(id);
    pending.done(answer);
  }

  linkDown(peer: NodeId): void {
    this.#fail(
      (pending) => pending.to === peer,
      () => new QuorateError("ERR_LEADER_CHANGED", `the link to member ${peer} broke`),
    );
  }

  expire(before: number): void {
    this.#fail(
      (pending) => pending.since < before,
      () => new QuorateError("ERR_TIMEOUT", "the member did not answer in time"),
    );
  }

  failAll(error: QuorateError): void {
    this.#fail(
      () => true,
      () => error,
    );
  }

  /** An error costs a look at the stack, and most ticks find nobody to tell. */
  #fail(
    which: (pending: { to: NodeId; since: number }) => boolean,
    errorFor: () => QuorateError,
  ): void {
    for (const [id, pending] of this.#pending) {
      if (!which(pending)) continue;
      this.#pending.delete(id);
      pending.done(errorFor());
    }
  }
}
