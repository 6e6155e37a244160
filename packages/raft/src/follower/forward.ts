import type { NodeId, Proposal, RequestId } from "@quorate/core";
import type { ForwardAccepted, ForwardDeferred, ForwardRejected, ReadReply } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import type { Follower } from "../role.ts";
import { onLeaderGone } from "./leader-gone.ts";

/** Sends this member's proposals to the leader. */
export function forwardProposals(
  node: RaftNode,
  role: Follower,
  leader: NodeId,
  proposals: readonly Proposal[],
): void {
  role.passedOn.proposals(proposals, node.now);
  const { term, session } = node;
  node.outbox.send(leader, { kind: "forward", term, session, proposals });
}

export function onForwardAccepted(
  _node: RaftNode,
  _from: NodeId,
  { first, ids, term }: ForwardAccepted,
  role: Follower,
): void {
  role.passedOn.accepted(ids, first, term);
}

export function onForwardRejected(
  node: RaftNode,
  from: NodeId,
  { ids, reason }: ForwardRejected,
  role: Follower,
): void {
  role.passedOn.rejected(ids, reason);
  if (reason === "ERR_NO_LEADER") onLeaderGone(node, from, role);
}

/** Nobody takes them now; unlike one that leads no more, the leader is still to be followed. */
export function onForwardDeferred(
  _node: RaftNode,
  _from: NodeId,
  { ids }: ForwardDeferred,
  role: Follower,
): void {
  role.passedOn.rejected(ids, "ERR_NO_LEADER");
}

/** Gives up on proposals whose forwarding, or its answer, must have been lost. */
export function expireForwarded(node: RaftNode, role: Follower): void {
  role.passedOn.expire(node.now - 2 * node.electionMillis);
}

/** Asks the leader for a commit index that is fresh. */
export function requestRead(node: RaftNode, role: Follower, leader: NodeId, id: RequestId): void {
  role.passedOn.barrier(id);
  const { term, session } = node;
  node.outbox.send(leader, { kind: "readRequest", term, session, id });
}

export function onReadReply(
  node: RaftNode,
  from: NodeId,
  { session, id, index }: ReadReply,
  role: Follower,
): void {
  if (session !== node.session) return; // an earlier life of this member asked
  role.passedOn.readAnswered(id, index);
  if (index === null) onLeaderGone(node, from, role);
}
