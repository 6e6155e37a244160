import type { QuorateError, GroupView, Index, NodeId, ReplicatedLog, Term } from "@quorate/core";
import { InFlight, type InFlightRequest } from "./in-flight.ts";
import { LeaderWatch } from "./leader-watch.ts";

/**
 * Why a request failed.
 *
 * - `refused`: the group said so, see the error's code.
 * - `timedOut`: nobody answered in time; a write may still be applied later.
 * - `overloaded`: it was not even tried.
 */
export type RequestFailure =
  | { readonly kind: "refused"; readonly error: QuorateError }
  | { readonly kind: "timedOut"; readonly leaderFailed: boolean }
  | { readonly kind: "overloaded" };

/** Takes the outcome of a proposal: its result and place, or why there is none. */
export type ProposalDone<Result> = (
  outcome:
    | { readonly kind: "done"; readonly result: Result; readonly index: Index }
    | RequestFailure,
) => void;

/** Bounds of what one member has under way for its clients. */
export interface RequestLimits {
  readonly requestsMax: number;
  /** Bytes of the commands under way. */
  readonly bytesMax: number;
}

/** Room for every client of a busy member, without letting a stalled group fill the memory. */
export const REQUEST_LIMITS: RequestLimits = {
  requestsMax: 16_384,
  bytesMax: 256 * 1024 * 1024,
};

/** How requests of one kind fare, since the service began. */
export interface RequestCounts {
  /** They wait for their outcome. */
  pending: number;
  /** They were tried, and found none. */
  failed: number;
}

/** How a command is proposed. */
export interface ProposalOptions {
  /** It is refused unless this member leads in that term. */
  readonly onlyInTerm?: Term;
  /**
   * It is the member's own, which has few of them under way at once: the bounds are for clients, whose
   * requests must not keep leases from being renewed.
   */
  readonly own?: boolean;
}

/** What a {@link RequestService} is made of. */
export interface RequestServiceOptions<Result> {
  readonly log: ReplicatedLog<Result>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly electionMillis: number;
  readonly limits?: Partial<RequestLimits>;
}

/** A request waits this long beside two election timeouts, as in etcd. */
const PATIENCE_MILLIS = 5_000;

/** How long a request may wait when elections take so long. */
export function requestTimeoutMillis(electionMillis: number): number {
  return PATIENCE_MILLIS + 2 * electionMillis;
}

/**
 * What stands between the wire protocols and the replicated log: bounds what is under way, and gives
 * every request exactly one answer within the request timeout.
 */
export class RequestService<Result> {
  readonly #log: ReplicatedLog<Result>;
  readonly #now: () => number;
  readonly #limits: RequestLimits;
  readonly #timeoutMillis: number;
  readonly #inFlight = new InFlight();
  readonly #proposals: RequestCounts = { pending: 0, failed: 0 };
  readonly #reads: RequestCounts = { pending: 0, failed: 0 };
  readonly #leaders: LeaderWatch;
  readonly #unsubscribe: () => void;

  constructor(options: RequestServiceOptions<Result>) {
    this.#log = options.log;
    this.#now = options.now;
    this.#limits = { ...REQUEST_LIMITS, ...options.limits };
    this.#timeoutMillis = requestTimeoutMillis(options.electionMillis);
    this.#leaders = new LeaderWatch(options.log.view(), options.now(), options.electionMillis);
    this.#unsubscribe = options.log.onView((view) => this.#leaders.observe(view, this.#now()));
  }

  get pending(): number {
    return this.#inFlight.count;
  }

  get proposals(): Readonly<RequestCounts> {
    return this.#proposals;
  }

  get reads(): Readonly<RequestCounts> {
    return this.#reads;
  }

  /** Monotonic milliseconds. */
  now(): number {
    return this.#now();
  }

  view(): GroupView {
    return this.#log.view();
  }

  /** Called after every change of leadership or configuration; returns how to stop it. */
  onView(listener: (view: GroupView) => void): () => void {
    return this.#log.onView(listener);
  }

  /** Replicates one command; `done` runs in the turn in which it was applied here. */
  propose(command: Uint8Array, done: ProposalDone<Result>, options: ProposalOptions = {}): void {
    if (options.own !== true && this.#full(command.length)) return done({ kind: "overloaded" });
    const request = this.#begin(command.length, this.#proposals, done);
    this.#log.propose(
      command,
      (outcome) => {
        if (!this.#inFlight.settle(request)) return;
        end(this.#proposals, outcome.kind === "done");
        done(outcome.kind === "done" ? outcome : { kind: "refused", error: outcome.error });
      },
      options,
    );
  }

  /** `done(null)` when the local state holds every write acknowledged before the call. */
  readLinearizable(done: (failure: RequestFailure | null) => void): void {
    if (this.#full(0)) return done({ kind: "overloaded" });
    const request = this.#begin(0, this.#reads, done);
    this.#log.read("linearizable", (error) => {
      if (!this.#inFlight.settle(request)) return;
      end(this.#reads, error === null);
      done(error === null ? null : { kind: "refused", error });
    });
  }

  /** Hands leadership, which must be this member's, to another; `done(null)` when that leads. */
  transfer(target: NodeId, done: (failure: RequestFailure | null) => void): void {
    // The log gives it up itself after an election timeout.
    this.#log.transfer(target, (error) => done(error === null ? null : { kind: "refused", error }));
  }

  /** To be called now and then: gives up on what nobody answered. */
  tick(): void {
    this.#inFlight.expireBefore(this.#now() - this.#timeoutMillis);
  }

  /** Looks no longer at the log, which has answered everything with `ERR_STOPPED` by then. */
  stop(): void {
    this.#unsubscribe();
  }

  #full(bytes: number): boolean {
    const { requestsMax, bytesMax } = this.#limits;
    return this.#inFlight.count >= requestsMax || this.#inFlight.bytes + bytes > bytesMax;
  }

  #begin(
    bytes: number,
    counts: RequestCounts,
    done: (failure: RequestFailure) => void,
  ): InFlightRequest {
    const since = this.#now();
    counts.pending++;
    return this.#inFlight.add(since, bytes, () => {
      end(counts, false);
      done({ kind: "timedOut", leaderFailed: this.#leaders.mayHaveDiedWithLeader(since) });
    });
  }
}

function end(counts: RequestCounts, succeeded: boolean): void {
  counts.pending--;
  if (!succeeded) counts.failed++;
}
