import type {
  EntryRun,
  Index,
  Position,
  Proposal,
  RejectReason,
  RequestId,
  Term,
} from "@quorate/core";

/**
 * Everything that Raft members say to each other. Every message carries the sender's term; the term
 * gate looks at it before any handler does.
 */
export type RaftMessage =
  | VoteRequest
  | VoteReply
  | Append
  | AppendAccepted
  | AppendRejected
  | Commit
  | Heartbeat
  | HeartbeatReply
  | Forward
  | ForwardAccepted
  | ForwardRejected
  | ReadRequest
  | ReadReply
  | TimeoutNow
  | ForwardDeferred;

/** What votes are asked for. */
export type Poll =
  /** Whether it would be elected, before it raises anybody's term (thesis §9.6). */
  | "pre-vote"
  /** No leader was heard of (§5.2). */
  | "election"
  /** The leader wants to be followed by the sender: nobody waits until it is silent (thesis §3.10). */
  | "transfer";

/** A member asks for a vote. */
export interface VoteRequest {
  readonly kind: "voteRequest";
  /** The term the vote is for; a pre-vote does not raise anybody's term. */
  readonly term: Term;
  readonly poll: Poll;
  readonly last: Position;
}

export interface VoteReply {
  readonly kind: "voteReply";
  /** The term that was asked for when granted, the voter's own when not. */
  readonly term: Term;
  readonly pre: boolean;
  readonly granted: boolean;
}

/** The leader's entries behind `prev` (§5.3). */
export interface Append {
  readonly kind: "append";
  readonly term: Term;
  readonly prev: Position;
  readonly commit: Index;
  readonly run: EntryRun;
}

/** Everything up to `match` is durable at the follower and equal to the leader's log. */
export interface AppendAccepted {
  readonly kind: "appendAccepted";
  readonly term: Term;
  readonly match: Index;
}

/** The follower has no entry at `rejected` of the leader's term. */
export interface AppendRejected {
  readonly kind: "appendRejected";
  readonly term: Term;
  readonly rejected: Index;
  /** The newest entry of the follower that may be in the leader's log. */
  readonly hint: Position;
}

/** The commit index moved and there was no entry to carry it. Not answered. */
export interface Commit {
  readonly kind: "commit";
  readonly term: Term;
  /** Never beyond what the leader knows the follower to have. */
  readonly commit: Index;
}

/** Keeps followers from campaigning and confirms leadership for reads. */
export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly term: Term;
  readonly commit: Index;
  /** Read round that an answer confirms; ascends within a term. */
  readonly round: number;
}

export interface HeartbeatReply {
  readonly kind: "heartbeatReply";
  readonly term: Term;
  readonly round: number;
}

/** Proposals of a follower's clients on their way to the leader. */
export interface Forward {
  readonly kind: "forward";
  readonly term: Term;
  /** Drawn anew in every process life; ids ascend within it, so that none is taken twice. */
  readonly session: number;
  readonly proposals: readonly Proposal[];
}

/** The proposals got consecutive places from `first` on, in the message's term. */
export interface ForwardAccepted {
  readonly kind: "forwardAccepted";
  readonly term: Term;
  readonly first: Index;
  readonly ids: readonly RequestId[];
}

export interface ForwardRejected {
  readonly kind: "forwardRejected";
  readonly term: Term;
  readonly ids: readonly RequestId[];
  readonly reason: RejectReason;
}

/** A follower's read barrier. */
export interface ReadRequest {
  readonly kind: "readRequest";
  readonly term: Term;
  /** As in {@link Forward}; the answer repeats it. */
  readonly session: number;
  readonly id: RequestId;
}

export interface ReadReply {
  readonly kind: "readReply";
  readonly term: Term;
  readonly session: number;
  readonly id: RequestId;
  /** Null: leadership was lost before it was confirmed. */
  readonly index: Index | null;
}

/** The leader hands leadership over: the receiver, which has its whole log, campaigns at once. */
export interface TimeoutNow {
  readonly kind: "timeoutNow";
  readonly term: Term;
}

/** The leader takes no proposals while it hands leadership over: they may be sent again later. */
export interface ForwardDeferred {
  readonly kind: "forwardDeferred";
  readonly term: Term;
  readonly ids: readonly RequestId[];
}
