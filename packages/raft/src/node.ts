import { assert, Replica, votersOf, type NodeId, type RequestId, type Term } from "@quorate/core";
import {
  decodeHardState,
  encodeHardState,
  INITIAL_HARD_STATE,
  type HardState,
} from "./hard-state.ts";
import type { Transfer } from "./leader/transfer.ts";
import type { RaftMessage } from "./messages.ts";
import { RAFT_LIMITS, type RaftLimits, type RaftOptions } from "./options.ts";
import { followNobody, type Role } from "./role.ts";

/**
 * The state of one member that all its roles share. The handlers in `election/`, `follower/` and
 * `leader/` change it; nothing else does.
 */
export class RaftNode extends Replica<RaftMessage, HardState> {
  readonly limits: RaftLimits;
  readonly electionMillis: number;
  readonly heartbeatMillis: number;
  readonly prng: RaftOptions["prng"];
  /** Names this process life towards a leader; see {@link Forward}. */
  readonly session: number;
  role: Role;
  /**
   * Newest proposal taken from each forwarding session in this term. It outlives the leadership: a
   * second copy must not be refused for certain when the first was taken (found by simulation, seed 68).
   */
  readonly forwardsTaken: Map<string, RequestId> = new Map<string, RequestId>();
  /** Leadership that is being handed over; it outlives the leadership, as its outcome does. */
  transfer: Transfer | null = null;
  /** When to campaign unless a leader is heard. */
  electionDeadline = 0;

  constructor(options: RaftOptions) {
    const { self, configuration, recovered, prng } = options;
    const limits = { ...RAFT_LIMITS, ...options.limits };
    const { hardState: saved } = recovered;
    const hardState = saved === null ? INITIAL_HARD_STATE : decodeHardState(saved);
    super({ self, configuration, recovered, limits, hardState, encodeHardState });
    this.limits = limits;
    this.electionMillis = options.electionMillis;
    this.heartbeatMillis = options.heartbeatMillis;
    this.prng = prng;
    this.session = prng.uint32();
    this.role = followNobody(this.outbox);
    assert(this.log.last.term <= this.hard.term, "the hard state is as new as the log");
  }

  override get term(): Term {
    return this.hard.term;
  }

  get leader(): NodeId | null {
    if (this.role.kind === "leader") return this.self;
    return this.role.kind === "follower" ? this.role.leader : null;
  }

  get isOnlyVoter(): boolean {
    const voters = votersOf(this.configurations.latest.quorum);
    return voters.length === 1 && voters[0] === this.self;
  }

  setHardState(hard: HardState): void {
    assert(
      hard.term >= this.hard.term,
      `the term goes back from ${this.hard.term} to ${hard.term}`,
    );
    assert(
      hard.term > this.hard.term ||
        this.hard.votedFor === null ||
        hard.votedFor === this.hard.votedFor,
      "one vote per term",
    );
    if (hard.term > this.hard.term) this.forwardsTaken.clear();
    this.hard = hard;
    this.outbox.saveHardState(hard);
  }

  /** A random wait, drawn anew each time, so that a split vote is not repeated (§5.2). */
  resetElectionTimer(): void {
    this.electionDeadline = this.now + this.electionMillis + this.prng.below(this.electionMillis);
  }
}
