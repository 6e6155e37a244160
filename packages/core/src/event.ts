import type { EntryRun } from "./entry.ts";
import type { Index, NodeId, RequestId, Term, Ticket } from "./ids.ts";
import type { SnapshotHandle, SnapshotMeta } from "./snapshot.ts";

/** A command on its way into the log. */
export interface Proposal {
  readonly id: RequestId;
  readonly data: Uint8Array;
}

/** Everything that can happen to a protocol. Each is stepped with the {@link Instant} it happened at. */
export type ProtocolEvent<Message> =
  /** Time has passed; drives timeouts. */
  | { readonly kind: "tick" }
  | { readonly kind: "receive"; readonly from: NodeId; readonly message: Message }
  /** From here to the next `linkDown` messages from and to the peer arrive in order, without gaps. */
  | { readonly kind: "linkUp"; readonly peer: NodeId; readonly incarnation: number }
  /** What was sent to the peer and not answered may be lost. */
  | { readonly kind: "linkDown"; readonly peer: NodeId }
  /**
   * Commands to replicate. With `onlyInTerm` they are refused unless this member itself leads in
   * that term: a deposed leader must not expire a lease.
   */
  | {
      readonly kind: "propose";
      readonly proposals: readonly Proposal[];
      readonly onlyInTerm: Term | null;
    }
  /** Answered by `readReady` once leadership is confirmed by a quorum asked after this event. */
  | { readonly kind: "readBarrier"; readonly id: RequestId }
  /**
   * This member, which leads, is to hand leadership to the target. Answered by `transferred` or
   * `transferFailed`; proposals that come meanwhile are refused with `ERR_NO_LEADER`.
   */
  | { readonly kind: "transfer"; readonly id: RequestId; readonly target: NodeId }
  /** The service wants its state to be snapshotted where it stands. */
  | { readonly kind: "checkpoint" }
  /** The request to the disk is durable. Others, earlier or later, may not be. */
  | { readonly kind: "persisted"; readonly ticket: Ticket }
  /** The state machine has applied everything up to here. */
  | { readonly kind: "applied"; readonly through: Index }
  /** Answers `loadEntries`; an empty run says that they are no longer there. */
  | { readonly kind: "entriesLoaded"; readonly first: Index; readonly run: EntryRun }
  /** The snapshot of our own state is durable: the log before it can go. */
  | { readonly kind: "snapshotTaken"; readonly meta: SnapshotMeta }
  /** Ends a `streamSnapshot`. */
  | { readonly kind: "snapshotSent"; readonly to: NodeId; readonly delivered: boolean }
  /** A peer's snapshot lies complete beside ours; answered by `installSnapshot` or `discardSnapshot`. */
  | {
      readonly kind: "snapshotReceived";
      readonly from: NodeId;
      readonly meta: SnapshotMeta;
      readonly handle: SnapshotHandle;
    }
  /** The snapshot is durable, the log begins behind it, and the state machine holds it. */
  | { readonly kind: "snapshotInstalled"; readonly ticket: Ticket }
  /** The disk has not answered for longer than an election takes. */
  | { readonly kind: "storageStalled" }
  | { readonly kind: "storageFull" }
  | { readonly kind: "storageAvailable" };
