import type { RejectReason } from "../effect.ts";
import type { Proposal } from "../event.ts";
import type { Index, RequestId, Term } from "../ids.ts";
import type { PlainEffect } from "./outbox.ts";

/** Takes effects; an outbox is one. */
interface Emitter {
  emit(effect: PlainEffect): void;
}

/**
 * What a member that does not lead has passed on to its leader: proposals and read barriers. Each is
 * answered, refused or given up on exactly once.
 */
export class PassedOn {
  readonly #outbox: Emitter;
  /** In the order of sending, with when they were sent. */
  readonly #proposals = new Map<RequestId, number>();
  readonly #barriers = new Set<RequestId>();

  constructor(outbox: Emitter) {
    this.#outbox = outbox;
  }

  proposals(proposals: readonly Proposal[], now: number): void {
    for (const { id } of proposals) this.#proposals.set(id, now);
  }

  barrier(id: RequestId): void {
    this.#barriers.add(id);
  }

  /** The leader gave the proposals consecutive places. */
  accepted(ids: readonly RequestId[], first: Index, term: Term): void {
    for (const [offset, id] of ids.entries()) {
      if (!this.#proposals.delete(id)) continue;
      this.#outbox.emit({
        kind: "proposalAppended",
        id,
        position: { term, index: first + offset },
      });
    }
  }

  rejected(ids: readonly RequestId[], reason: RejectReason): void {
    for (const id of ids) {
      if (this.#proposals.delete(id)) this.#outbox.emit({ kind: "proposalRejected", id, reason });
    }
  }

  /** @param index - null: leadership was lost before it was confirmed */
  readAnswered(id: RequestId, index: Index | null): void {
    if (!this.#barriers.delete(id)) return;
    this.#outbox.emit(
      index === null ? { kind: "readFailed", id } : { kind: "readReady", id, index },
    );
  }

  /** Gives up on proposals sent before then: they, or the answer, must have been lost. */
  expire(before: number): void {
    for (const [id, since] of this.#proposals) {
      if (since >= before) return;
      this.#proposals.delete(id);
      this.#outbox.emit({ kind: "proposalLost", id });
    }
  }

  /** The way to the leader is gone, and with it what was on it. */
  lose(): void {
    for (const id of this.#proposals.keys()) this.#outbox.emit({ kind: "proposalLost", id });
    for (const id of this.#barriers) this.#outbox.emit({ kind: "readFailed", id });
    this.#proposals.clear();
    this.#barriers.clear();
  }
}
