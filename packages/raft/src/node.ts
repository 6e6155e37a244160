import {
  assert,
  ConfigurationTracker,
  entryBytes,
  isVoter,
  LogTail,
  ORIGIN,
  votersOf,
  type Index,
  type NodeId,
  type RequestId,
  type SnapshotMeta,
  type Term,
  type Trace,
} from "@quorate/core";
import { DurableLog } from "./durable-log.ts";
import { decodeHardState, INITIAL_HARD_STATE, type HardState } from "./hard-state.ts";
import { RAFT_LIMITS, type RaftLimits, type RaftOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import type { Role } from "./role.ts";

/** Whether the disk takes writes; a member whose disk does not must not lead. */
export type StorageState = "available" | "stalled" | "full";

/**
 * The state of one member that all its roles share. The handlers in `election/`, `follower/` and
 * `leader/` change it; nothing else does.
 *
 * Invariants: `applied <= handed <= commit <= log.lastIndex`; `durable.through <= log.lastIndex`.
 */
export class RaftNode {
  readonly self: NodeId;
  readonly limits: RaftLimits;
  readonly electionMillis: number;
  readonly heartbeatMillis: number;
  readonly prng: RaftOptions["prng"];
  /** Names this process life towards a leader; see {@link Forward}. */
  readonly session: number;
  readonly outbox: Outbox = new Outbox();
  readonly log: LogTail;
  readonly durable: DurableLog;
  readonly configurations: ConfigurationTracker;
  hard: HardState;
  role: Role;
  /**
   * Newest proposal taken from each forwarding session in this term. It outlives the leadership: a
   * second copy must not be refused for certain when the first was taken (found by simulation, seed 68).
   */
  readonly forwardsTaken: Map<string, RequestId> = new Map<string, RequestId>();
  /** The newest snapshot of the applied state. */
  snapshot: SnapshotMeta | null;
  /** A snapshot of the leader's is being installed: our own state cannot be checkpointed. */
  installing = false;
  commit: Index;
  /** Handed to the state machine. */
  handed: Index;
  applied: Index;
  storage: StorageState = "available";
  /** Time of the event being stepped, and of the one before. */
  now = 0;
  wall = 0;
  lastStepAt: number | null = null;
  /** When to campaign unless a leader is heard. */
  electionDeadline = 0;

  constructor(options: RaftOptions) {
    const { recovered, prng } = options;
    this.self = options.self;
    this.limits = { ...RAFT_LIMITS, ...options.limits };
    this.electionMillis = options.electionMillis;
    this.heartbeatMillis = options.heartbeatMillis;
    this.prng = prng;
    this.session = prng.uint32();
    this.hard =
      recovered.hardState === null ? INITIAL_HARD_STATE : decodeHardState(recovered.hardState);
    this.snapshot = recovered.snapshot;
    this.log = recoverLog(recovered);
    this.durable = new DurableLog(this.log.lastIndex);
    this.configurations = new ConfigurationTracker(
      recovered.snapshot?.configuration ?? options.configuration,
    );
    const { index } = recovered.snapshot?.position ?? ORIGIN;
    this.configurations.appended(this.log.slice(index + 1, this.log.lastIndex));
    this.commit = index;
    this.handed = index;
    this.applied = index;
    this.role = {
      kind: "follower",
      leader: null,
      heardAt: -Infinity,
      leaderUnreachable: false,
      forwarded: new Map(),
      barriers: new Set(),
    };
    assert(this.log.last.term <= this.hard.term, "the hard state is as new as the log");
  }

  get term(): Term {
    return this.hard.term;
  }

  get leader(): NodeId | null {
    if (this.role.kind === "leader") return this.self;
    return this.role.kind === "follower" ? this.role.leader : null;
  }

  /** The other members, voters or not. */
  get peers(): readonly NodeId[] {
    const { committed, latest } = this.configurations.current;
    const ids = new Set([...committed.members, ...latest.members].map((member) => member.id));
    ids.delete(this.self);
    return [...ids];
  }

  get isVoter(): boolean {
    return isVoter(this.configurations.latest, this.self);
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

  /** Commits everything up to the index, never back. */
  commitThrough(index: Index): void {
    if (index <= this.commit) return;
    assert(index <= this.log.lastIndex, `commit ${index} lies behind the log's end`);
    this.commit = index;
  }

  /** The state machine holds everything up to the index. */
  appliedThrough(index: Index): void {
    this.applied = index;
    // Settled only now, so that a snapshot of the applied state carries the configuration of its index.
    this.configurations.committed(index);
    // Applied entries leave memory when they take too much of it.
    this.log.evictAbove(this.limits.cacheBytesMax, index);
  }

  /** Hands committed entries to the state machine, a bounded number ahead of its answers. */
  handCommitted(): void {
    if (this.handed > this.applied) return;
    const last = Math.min(this.commit, this.handed + this.limits.applyEntriesMax);
    if (last === this.handed) return;
    this.outbox.apply({ kind: "apply", entries: this.log.slice(this.handed + 1, last) });
    this.handed = last;
  }

  /** Bytes of entries behind the commit index. */
  uncommittedBytes(): number {
    let bytes = 0;
    for (const entry of this.log.slice(this.commit + 1, this.log.lastIndex))
      bytes += entryBytes(entry);
    return bytes;
  }

  trace(name: string, facts: Trace["facts"] = {}): void {
    this.outbox.emit({ kind: "trace", trace: { name, facts: { term: this.term, ...facts } } });
  }
}

/**
 * The log may begin before the snapshot: those entries save a follower that is a little behind from
 * a whole snapshot, and the first of them serves as the base. A log that does not reach the snapshot
 * was about to be dropped for it when the member stopped.
 */
function recoverLog({ snapshot, tail }: RaftOptions["recovered"]): LogTail {
  const base = snapshot?.position ?? ORIGIN;
  const [first, ...rest] = tail;
  if (first === undefined || first.index > base.index) return new LogTail(base, tail);
  const at = tail[base.index - first.index];
  if (at === undefined || at.term !== base.term) return new LogTail(base, []);
  return new LogTail({ term: first.term, index: first.index }, rest);
}
