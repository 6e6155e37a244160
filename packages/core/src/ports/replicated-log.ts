import type { QuorateError } from "../errors.ts";
import type { Index, NodeId, Term } from "../ids.ts";
import type { GroupView } from "../protocol.ts";

/**
 * What happened to a request. `result` was computed by applying the entry on this very member.
 *
 * `ERR_LEADER_CHANGED`, `ERR_TIMEOUT` and `ERR_STOPPED` leave open whether a proposal is replicated;
 * all other codes say that it is not and never will be.
 */
export type Outcome<Result> =
  | { readonly kind: "done"; readonly result: Result; readonly index: Index }
  | { readonly kind: "failed"; readonly error: QuorateError };

/**
 * - `linearizable`: sees every write acknowledged anywhere before the read began.
 * - `local`: what this member has applied; may be stale.
 *
 * None trusts a leader's lease: after a transfer the next leader is there before any lease is over.
 */
export type ReadMode = "linearizable" | "local";

/** The only thing that a service knows of consensus; implemented by the driver. */
export interface ReplicatedLog<Result> {
  /** Replicates one command; `done` runs after it was applied here, in the turn of the apply. */
  propose(
    command: Uint8Array,
    done: (outcome: Outcome<Result>) => void,
    options?: { readonly onlyInTerm?: Term },
  ): void;
  /** `done(null)` when the local state is fresh enough to be read, in that very call. */
  read(mode: ReadMode, done: (failure: QuorateError | null) => void): void;
  /** Asks another member's service, outside the log. The answer may never come: `done` then fails. */
  ask(
    member: NodeId | "leader",
    question: Uint8Array,
    done: (answer: Uint8Array | QuorateError) => void,
  ): void;
  view(): GroupView;
  /** Called after every change of leadership or configuration; returns how to stop it. */
  onView(listener: (view: GroupView) => void): () => void;
  /**
   * Hands leadership, which must be this member's, to the target. `done(null)` once the target leads;
   * what fails and why is told by {@link TransferFailure}'s codes. Proposals wait meanwhile.
   */
  transfer(target: NodeId, done: (failure: QuorateError | null) => void): void;
  /** Takes a snapshot soon and drops the log before it. */
  checkpoint(): void;
}
