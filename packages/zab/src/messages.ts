import type {
  EntryRun,
  Index,
  Position,
  Proposal,
  RejectReason,
  RequestId,
  Term,
} from "@quorate/core";
import type { History } from "./discovery/history.ts";
import type { Vote } from "./election/vote.ts";

/**
 * Everything that ZAB members say to each other, under ZooKeeper's names.
 *
 * Notifications elect. All others belong to the session of one learner with its leader: what a
 * connection is in ZooKeeper. A session begins with `followerInfo`, ends with `hangUp` or with the
 * link, and what is said in an older one is not believed in a newer.
 */
export type ZabMessage = Notification | FollowerInfo | LearnerMessage | LeaderMessage | HangUp;

/** What a learner says to its leader once it has introduced itself. */
export type LearnerMessage = AckEpoch | SnapInstalled | AckNewLeader | Ack | Pong | Request | Sync;

/** What a leader says to a learner. */
export type LeaderMessage =
  | LeaderInfo
  | Diff
  | Trunc
  | Snap
  | ProposalMessage
  | NewLeader
  | UpToDate
  | Commit
  | Inform
  | Ping
  | RequestAccepted
  | RequestRejected
  | SyncReply;

/** What a member is, as ZooKeeper words it. */
export type ServerState = "LOOKING" | "FOLLOWING" | "LEADING" | "OBSERVING";

// --- election -----------------------------------------------------------------------------------

/**
 * A member's vote, sent to all voters when it changes, to whoever a link comes up to meanwhile, and in
 * answer to members that look.
 */
export interface Notification {
  readonly kind: "notification";
  readonly state: ServerState;
  /** The sender's logical clock: votes are compared within one round. */
  readonly round: number;
  /** Null: it votes for nobody yet, being no voter itself or unfit to lead. */
  readonly vote: Vote | null;
}

// --- discovery ----------------------------------------------------------------------------------

/** FOLLOWERINFO, OBSERVERINFO: a learner introduces itself; repeated until it is answered. */
export interface FollowerInfo {
  readonly kind: "followerInfo";
  /** Drawn by the learner: ascends with every leader that it tries. */
  readonly session: number;
  readonly acceptedEpoch: Term;
}

/** LEADERINFO, NEWEPOCH in the paper: the epoch that the leader means to begin, or has begun. */
export interface LeaderInfo {
  readonly kind: "leaderInfo";
  readonly session: number;
  readonly epoch: Term;
}

/** ACKEPOCH: the learner will follow nobody of an older epoch, and what it has. */
export interface AckEpoch {
  readonly kind: "ackEpoch";
  readonly session: number;
  /** Null: it had promised this epoch before, perhaps to another: it must not be counted. */
  readonly currentEpoch: Term | null;
  readonly history: History;
}

// --- synchronization ----------------------------------------------------------------------------

/** The learner's history is a prefix of ours: proposals follow, if it lacks any. */
export interface Diff {
  readonly kind: "diff";
  readonly session: number;
  /** Why this mode was chosen, for people. */
  readonly why: string;
}

/** The learner has entries that were never committed: it drops what is behind `through`. */
export interface Trunc {
  readonly kind: "trunc";
  readonly session: number;
  readonly why: string;
  readonly through: Position;
  /** Proposals follow: ZooKeeper's TRUNC+DIFF. */
  readonly diff: boolean;
}

/** A snapshot comes, which the drivers carry; answered by `snapInstalled`, then a `diff` follows. */
export interface Snap {
  readonly kind: "snap";
  readonly session: number;
  readonly why: string;
  /** The snapshot stands here or further. */
  readonly index: Index;
}

/** The snapshot is durable and in force. */
export interface SnapInstalled {
  readonly kind: "snapInstalled";
  readonly session: number;
  readonly history: History;
}

/** NEWLEADER: the learner has the leader's history; it takes up the epoch when that is durable. */
export interface NewLeader {
  readonly kind: "newLeader";
  readonly session: number;
  readonly epoch: Term;
}

/** ACK of NEWLEADER: history and current epoch are durable. */
export interface AckNewLeader {
  readonly kind: "ackNewLeader";
  readonly session: number;
  readonly epoch: Term;
  readonly through: Index;
}

/** UPTODATE: the epoch is established; the learner may serve clients. */
export interface UpToDate {
  readonly kind: "upToDate";
  readonly session: number;
  readonly commit: Index;
}

// --- broadcast ----------------------------------------------------------------------------------

/** PROPOSAL: entries in their order, and how far the leader has committed. */
export interface ProposalMessage {
  readonly kind: "proposal";
  readonly session: number;
  readonly commit: Index;
  readonly run: EntryRun;
}

/** ACK: everything up to here is durable at the learner, as the epoch's leader has it. */
export interface Ack {
  readonly kind: "ack";
  readonly session: number;
  readonly epoch: Term;
  readonly through: Index;
}

/** COMMIT, where no proposal carries it. */
export interface Commit {
  readonly kind: "commit";
  readonly session: number;
  readonly commit: Index;
}

/** INFORM: committed entries, for observers. */
export interface Inform {
  readonly kind: "inform";
  readonly session: number;
  readonly run: EntryRun;
}

/** PING: the leader lives; `round` is the newest read round. */
export interface Ping {
  readonly kind: "ping";
  readonly session: number;
  readonly round: number;
}

export interface Pong {
  readonly kind: "pong";
  readonly session: number;
  readonly round: number;
  /** Durable at the learner; what an observer, which acknowledges nothing, has of its window. */
  readonly through: Index;
}

/** REQUEST: proposals of a learner's clients. */
export interface Request {
  readonly kind: "request";
  readonly session: number;
  readonly proposals: readonly Proposal[];
}

/** The requests got consecutive places from `first` on, in the leader's epoch. */
export interface RequestAccepted {
  readonly kind: "requestAccepted";
  readonly session: number;
  readonly first: Index;
  readonly ids: readonly RequestId[];
}

export interface RequestRejected {
  readonly kind: "requestRejected";
  readonly session: number;
  readonly reason: RejectReason;
  readonly ids: readonly RequestId[];
}

/** SYNC: a learner's read barrier. */
export interface Sync {
  readonly kind: "sync";
  readonly session: number;
  readonly id: RequestId;
}

export interface SyncReply {
  readonly kind: "syncReply";
  readonly session: number;
  readonly id: RequestId;
  readonly index: Index;
}

/** Either side ends the session: what closing the connection is in ZooKeeper. */
export interface HangUp {
  readonly kind: "hangUp";
  readonly session: number;
}

/** Who a message of a session is from, by its kind. */
export function isFromLeader(message: LearnerMessage | LeaderMessage): message is LeaderMessage {
  switch (message.kind) {
    case "leaderInfo":
    case "diff":
    case "trunc":
    case "snap":
    case "proposal":
    case "newLeader":
    case "upToDate":
    case "commit":
    case "inform":
    case "ping":
    case "requestAccepted":
    case "requestRejected":
    case "syncReply":
      return true;
    case "ackEpoch":
    case "snapInstalled":
    case "ackNewLeader":
    case "ack":
    case "pong":
    case "request":
    case "sync":
      return false;
  }
}
