import type { GroupId, NodeId } from "../ids.ts";

/**
 * Moves frames between members. One transport serves all groups of a process.
 *
 * A link is FIFO without gaps between `linkUp` and `linkDown`, and what is heard between the two was
 * sent between the two. A queue that overflows closes the link; it never drops one frame silently.
 */
export interface Transport {
  /**
   * Takes part in a group, once at a time. Groups come and go without disturbing each other's links.
   *
   * @param peers - where the others are; replaced by {@link TransportGroup.setPeers}
   */
  join(
    group: GroupIdentity,
    peers: ReadonlyMap<NodeId, readonly string[]>,
    receiver: TransportReceiver,
  ): TransportGroup;
}

/** Both ends of a link must agree on group and cluster, or it is refused. */
export interface GroupIdentity {
  readonly group: GroupId;
  /** Members of another cluster that happen to dial our port are refused by it. */
  readonly cluster: string;
  readonly self: NodeId;
}

/** One group's end of the transport. */
export interface TransportGroup {
  /**
   * Queues one frame, given in parts that are sent behind each other and must not change any more.
   * Does nothing while there is no link: the protocols send again after `linkUp`.
   */
  send(to: NodeId, parts: readonly Uint8Array[]): void;
  /** Whoever is no peer any more loses its link, and is refused like a stranger. */
  setPeers(peers: ReadonlyMap<NodeId, readonly string[]>): void;
  /** Closes the group's links; nothing is delivered afterwards. */
  leave(): void;
}

/** What the transport tells a group; never from within a call to the transport. */
export interface TransportReceiver {
  /** @param incarnation - differs for every process life of the peer */
  linkUp(peer: NodeId, incarnation: number): void;
  linkDown(peer: NodeId): void;
  /**
   * One frame, whole; the bytes are the receiver's to keep.
   *
   * @throws `ERR_MALFORMED` for what no peer says: the link must end, as with a frame left out there
   * would be a gap in it
   */
  receive(peer: NodeId, frame: Uint8Array): void;
}
