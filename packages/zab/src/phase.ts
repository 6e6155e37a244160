import {
  Inflights,
  PassedOn,
  type Drafts,
  type Index,
  type NodeId,
  type ReadRounds,
  type Term,
} from "@quorate/core";
import type { History } from "./discovery/history.ts";
import type { Vote } from "./election/vote.ts";
import type { SyncChoice } from "./synchronization/choose-sync.ts";

/** What a member does at the moment; each phase carries the state that only it has. */
export type Phase = Looking | Learner | Leader;

/** Phase 0, election: the member looks for a leader (fast leader election). */
export interface Looking {
  readonly kind: "looking";
  /** What it would vote for itself; null when it may not lead. */
  readonly own: Vote | null;
  /** The best vote it has seen in this round; null for a member that knows of none. */
  proposed: Vote | null;
  /** Votes of the others in this round (`recvset`). */
  readonly received: Map<NodeId, Vote>;
  /** What members that have decided say, whatever their round (`outofelection`). */
  readonly decided: Map<NodeId, DecidedVote>;
  /** When the quorum that agrees becomes a decision; null while none agrees. */
  finalizeAt: number | null;
  resendAt: number;
  resendMillis: number;
}

/** The vote of a member that follows, observes or leads. */
export interface DecidedVote {
  readonly leader: NodeId;
  readonly leads: boolean;
}

/** A follower or an observer. */
export interface Learner {
  readonly kind: "learner";
  readonly leader: NodeId;
  readonly session: number;
  stage: LearnerStage;
  /** When the leader was last heard in this session, ms. */
  heardAt: number;
  readonly passedOn: PassedOn;
}

export type LearnerStage =
  /** Phase 1: it has introduced itself and waits for the leader's epoch. */
  | { readonly kind: "introduced"; retryAt: number }
  /** It has promised the epoch and waits to be told how its history becomes the leader's. */
  | { readonly kind: "promised"; readonly epoch: Term }
  /** Phase 2: waits for a snapshot that stands at the index or further. */
  | { readonly kind: "loading"; readonly epoch: Term; readonly why: string; readonly index: Index }
  /** Its history becomes the leader's. */
  | {
      readonly kind: "synchronizing";
      readonly epoch: Term;
      readonly mode: SyncMode;
      readonly why: string;
      /**
       * How far it is with the epoch: the history is not complete, not yet durable, or durable and
       * the epoch written behind it.
       */
      step: "history" | "flushing" | "accepted";
    }
  /** Phase 3: it serves clients. */
  | {
      readonly kind: "broadcast";
      readonly epoch: Term;
      readonly mode: SyncMode;
      readonly why: string;
    };

/** How a learner's history was made the leader's. */
export type SyncMode = SyncChoice["mode"];

export interface Leader {
  readonly kind: "leader";
  stage: LeaderStage;
  /** Everybody who has a session with us. */
  readonly learners: Map<NodeId, LearnerHandler>;
  /** When each voter in broadcast was last heard; earlier than it was when its link has broken since. */
  readonly heardAt: Map<NodeId, number>;
  readonly reads: ReadRounds;
  readonly since: number;
  pingAt: number;
}

export type LeaderStage =
  /** Phase 1: waits for a quorum to introduce itself, which gives the new epoch. */
  | { readonly kind: "introductions"; readonly accepted: Map<NodeId, Term> }
  /** Waits for a quorum to promise the epoch. */
  | { readonly kind: "promises"; readonly epoch: Term; readonly acks: Set<NodeId> }
  /** Phase 2: waits for a quorum to have its history and to take up the epoch. */
  | { readonly kind: "synchronization"; readonly epoch: Term; readonly acks: Set<NodeId> }
  /** Phase 3: the epoch is established. */
  | {
      readonly kind: "broadcast";
      readonly epoch: Term;
      /** The end of the initial history: counters count from here. */
      readonly base: Index;
      readonly drafts: Drafts;
    };

/** A leader's side of a learner's session. */
export interface LearnerHandler {
  readonly session: number;
  readonly isVoter: boolean;
  state: HandlerState;
  heardAt: number;
  /** Newest read round that it has confirmed. */
  ackedRound: number;
  /** Newest commit index that it was told. */
  toldCommit: Index;
}

export type HandlerState =
  | { readonly kind: "introduced"; readonly acceptedEpoch: Term }
  | { readonly kind: "promised"; readonly history: History }
  /** It is being sent a snapshot that stands at the index, or further. */
  | {
      readonly kind: "snapshot";
      readonly index: Index;
      /** When all of it had arrived; null before. */
      readonly deliveredAt: number | null;
    }
  /** It is being sent what it lacks up to `through`; NEWLEADER follows. */
  | {
      readonly kind: "synchronizing";
      readonly feed: Feed;
      readonly through: Index;
      newLeaderSent: boolean;
    }
  /** It has taken up the epoch: what it acknowledges counts. */
  | { readonly kind: "broadcast"; readonly feed: Feed; match: Index };

/** What is sent to a learner, ahead of its acknowledgements. */
export interface Feed {
  /** The next entry to send. */
  next: Index;
  readonly inflights: Inflights;
  /** Entries from here on are being read back from the disk; nothing is sent meanwhile. */
  loading: Index | null;
}

export function feedFrom(next: Index): Feed {
  return { next, inflights: new Inflights(), loading: null };
}
