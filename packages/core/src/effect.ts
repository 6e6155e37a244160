import type { Configurations } from "./configuration.ts";
import type { Entry, EntryRun } from "./entry.ts";
import type { ErrorCode } from "./errors.ts";
import type { Index, NodeId, RequestId, Term, Ticket } from "./ids.ts";
import type { Position } from "./position.ts";
import type { SnapshotHandle, SnapshotMeta } from "./snapshot.ts";

/** Why a proposal was refused; it is certain that it was not and will not be replicated. */
export type RejectReason = Extract<
  ErrorCode,
  "ERR_NO_LEADER" | "ERR_NOT_LEADER" | "ERR_OVERLOADED" | "ERR_STORAGE_FULL"
>;

/**
 * Why leadership was not handed over, as far as this member knows:
 *
 * - `ERR_NOT_LEADER`: it is not this member's to hand over.
 * - `ERR_TRANSFEREE`: the target cannot lead.
 * - `ERR_OVERLOADED`: it is being handed to another target already.
 * - `ERR_LEADER_CHANGED`: a third member leads now.
 * - `ERR_TIMEOUT`: the target was not seen to lead within an election timeout. It may still come to it.
 * - `ERR_UNSUPPORTED`: the protocol has no such thing.
 */
export type TransferFailure = Extract<
  ErrorCode,
  | "ERR_NOT_LEADER"
  | "ERR_TRANSFEREE"
  | "ERR_OVERLOADED"
  | "ERR_LEADER_CHANGED"
  | "ERR_TIMEOUT"
  | "ERR_UNSUPPORTED"
>;

/**
 * One request to the disk, to be made durable as a whole and in the order of its fields: drop what
 * is at `truncateFrom` and behind, write the run, write the hard state.
 */
export interface Persist {
  readonly kind: "persist";
  readonly ticket: Ticket;
  /** The protocol's own votes and epochs, opaque to the store; null when unchanged. */
  readonly hardState: Uint8Array | null;
  readonly truncateFrom: Index | null;
  readonly run: EntryRun | null;
}

/**
 * What a protocol wants done, in this order. Durability is data: a message that promises something
 * names the ticket that must be durable before it leaves.
 */
export type Effect<Message> =
  | Persist
  | {
      readonly kind: "send";
      readonly to: NodeId;
      readonly message: Message;
      /** Null: may leave at once, in parallel with the disk. */
      readonly after: Ticket | null;
    }
  /** Committed entries, in order, each exactly once in a process life. */
  | { readonly kind: "apply"; readonly entries: readonly Entry[] }
  /** Read entries back from the disk; answered by `entriesLoaded`. */
  | {
      readonly kind: "loadEntries";
      readonly first: Index;
      readonly last: Index;
      readonly bytesMax: number;
    }
  /** Pin the state machine where it stands and write it out; answered by `snapshotTaken`. */
  | { readonly kind: "takeSnapshot"; readonly meta: SnapshotMeta }
  /** Make the received snapshot durable, begin the log behind it, restore the state machine from it. */
  | {
      readonly kind: "installSnapshot";
      readonly ticket: Ticket;
      readonly handle: SnapshotHandle;
      readonly meta: SnapshotMeta;
    }
  | { readonly kind: "discardSnapshot"; readonly handle: SnapshotHandle }
  /** Send our newest snapshot; answered by `snapshotSent`. */
  | { readonly kind: "streamSnapshot"; readonly to: NodeId }
  | { readonly kind: "trimLog"; readonly through: Index }
  /** The proposal has its place; it is committed when an entry of this position is applied. */
  | { readonly kind: "proposalAppended"; readonly id: RequestId; readonly position: Position }
  | { readonly kind: "proposalRejected"; readonly id: RequestId; readonly reason: RejectReason }
  /** Nobody can say whether the proposal will be replicated. */
  | { readonly kind: "proposalLost"; readonly id: RequestId }
  /**
   * Whatever an earlier term still adds to the log lies at or before the position's index: proposals
   * that were given a place behind it are gone. Raft needs not say it, because a term begins with an
   * entry that shows it.
   */
  | { readonly kind: "termSettled"; readonly position: Position }
  /** The read may be served once everything up to `index` is applied. */
  | { readonly kind: "readReady"; readonly id: RequestId; readonly index: Index }
  | { readonly kind: "readFailed"; readonly id: RequestId }
  /** The target leads; this member follows it, or is it. */
  | { readonly kind: "transferred"; readonly id: RequestId }
  | { readonly kind: "transferFailed"; readonly id: RequestId; readonly reason: TransferFailure }
  | {
      readonly kind: "leadershipChanged";
      readonly term: Term;
      readonly leader: NodeId | null;
      /** The leader has committed an entry of its own term: it can serve reads. */
      readonly ready: boolean;
    }
  | { readonly kind: "configurationChanged"; readonly configurations: Configurations }
  | { readonly kind: "trace"; readonly trace: Trace };

/** What happened inside, for people and transcripts: a name and its facts, worded outside. */
export interface Trace {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}
