import { PassedOn, type Drafts, type Index, type NodeId, type ReadRounds } from "@quorate/core";
import type { Poll } from "./messages.ts";
import type { Progress } from "./progress/progress.ts";

/** What a member is at the moment; each role carries the state that only it has. */
export type Role = Follower | PreCandidate | Candidate | Leader;

export interface Follower {
  readonly kind: "follower";
  readonly leader: NodeId | null;
  /** When the leader was last heard, ms. */
  heardAt: number;
  /** The link to the leader broke: its silence is not a pause of the network's. */
  leaderUnreachable: boolean;
  readonly passedOn: PassedOn;
}

/** Asks whether it would win, without raising its term: a member cut off disturbs nobody (§9.6). */
export interface PreCandidate {
  readonly kind: "pre-candidate";
  readonly votes: Map<NodeId, boolean>;
}

export interface Candidate {
  readonly kind: "candidate";
  readonly poll: Exclude<Poll, "pre-vote">;
  /** Its own vote is in here only once it is durable. */
  readonly votes: Map<NodeId, boolean>;
}

export interface Leader {
  readonly kind: "leader";
  readonly followers: Map<NodeId, Progress>;
  /** Index of the no-op that began its term; nothing is served before that is committed (§8). */
  readonly noop: Index;
  readonly drafts: Drafts;
  readonly reads: ReadRounds;
  heartbeatAt: number;
}

/** A follower that knows of no leader yet. */
export function followNobody(outbox: ConstructorParameters<typeof PassedOn>[0]): Follower {
  return {
    kind: "follower",
    leader: null,
    heardAt: -Infinity,
    leaderUnreachable: false,
    passedOn: new PassedOn(outbox),
  };
}
