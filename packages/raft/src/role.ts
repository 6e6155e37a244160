import type { EntryDraft, Index, NodeId, RequestId } from "@quorate/core";
import type { Progress } from "./progress/progress.ts";
import type { ReadRounds } from "./read/read-rounds.ts";

/** What a member is at the moment; each role carries the state that only it has. */
export type Role = Follower | PreCandidate | Candidate | Leader;

export interface Follower {
  readonly kind: "follower";
  readonly leader: NodeId | null;
  /** When the leader was last heard, ms. */
  heardAt: number;
  /** The link to the leader broke: its silence is not a pause of the network's. */
  leaderUnreachable: boolean;
  /** Proposals sent to the leader and not answered yet, with when they were sent. */
  readonly forwarded: Map<RequestId, number>;
  /** Read barriers asked of the leader. */
  readonly barriers: Set<RequestId>;
}

/** Asks whether it would win, without raising its term: a member cut off disturbs nobody (§9.6). */
export interface PreCandidate {
  readonly kind: "pre-candidate";
  readonly votes: Map<NodeId, boolean>;
}

export interface Candidate {
  readonly kind: "candidate";
  /** Its own vote is in here only once it is durable. */
  readonly votes: Map<NodeId, boolean>;
}

export interface Leader {
  readonly kind: "leader";
  readonly followers: Map<NodeId, Progress>;
  /** Index of the no-op that began its term; nothing is served before that is committed (§8). */
  readonly noop: Index;
  /** Entries of this turn, with their places but not yet encoded. */
  drafts: EntryDraft[];
  /** Bytes appended and not committed. */
  uncommittedBytes: number;
  readonly reads: ReadRounds;
  heartbeatAt: number;
}
