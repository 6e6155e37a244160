import type { Configurations } from "./configuration.ts";
import type { Effect, Trace } from "./effect.ts";
import type { Entry } from "./entry.ts";
import type { ProtocolEvent } from "./event.ts";
import type { Index, Instant, NodeId, Term } from "./ids.ts";
import type { SnapshotMeta } from "./snapshot.ts";

/**
 * A consensus protocol: events in, effects out, nothing else. The same events at the same instants
 * give the same effects, on every machine.
 *
 * The driver steps everything that arrived in one turn of its loop and then takes the effects once,
 * so that a turn costs one disk write and one append per peer however much arrived in it.
 */
export interface Protocol<Message> {
  /** Runs to completion. Throws only when an invariant is broken: the member must then stop. */
  step(event: ProtocolEvent<Message>, at: Instant): void;
  /** The effects since the last call, in the order in which they must be honoured. */
  takeEffects(): readonly Effect<Message>[];
  view(): GroupView;
}

/** What a member sees of its group; a snapshot in time, never changed afterwards. */
export interface GroupView {
  readonly self: NodeId;
  /** The protocol's own word for what the member does now: `leader`, `pre-candidate`, `LOOKING`. */
  readonly role: string;
  readonly isLeader: boolean;
  readonly leader: NodeId | null;
  readonly term: Term;
  /** Leader only: an entry of its own term is committed. */
  readonly ready: boolean;
  readonly commit: Index;
  readonly applied: Index;
  /** First and last index of the log as this member has it (first > last: only the snapshot). */
  readonly first: Index;
  readonly last: Index;
  readonly configurations: Configurations;
  /** Leader only: how far each other member is; empty elsewhere. */
  readonly progress: ReadonlyMap<NodeId, PeerProgress>;
  /** What else the protocol has to tell people: ZAB's epochs, how a learner was synchronized. */
  readonly details: Trace["facts"];
}

/** How far the leader knows a peer to be. */
export interface PeerProgress {
  /** Everything up to here is durable at the peer. */
  readonly match: Index;
  readonly state: "probe" | "replicate" | "snapshot";
  /** Heard of within the last election timeout. */
  readonly active: boolean;
}

/** What a protocol is constructed from after a start. */
export interface Recovered {
  /** As last persisted; null on the very first start. */
  readonly hardState: Uint8Array | null;
  /** The newest durable snapshot, already restored into the state machine. */
  readonly snapshot: SnapshotMeta | null;
  /**
   * The log behind the snapshot (it may begin earlier, never later).
   * Invariant: consecutive indices.
   */
  readonly tail: readonly Entry[];
}

/** Turns a protocol's messages into bytes and back. */
export interface MessageCodec<Message> {
  /** In parts, so that a run's bytes are shared by all peers instead of copied for each. */
  encode(message: Message): readonly Uint8Array[];
  /** @throws `ERR_MALFORMED` */
  decode(bytes: Uint8Array): Message;
}
