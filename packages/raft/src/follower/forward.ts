import type { NodeId, Proposal, RequestId } from "@quorate/core";
import type { ForwardAccepted, ForwardRejected, ReadReply } from "../messages.ts";
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
  for (const { id } of proposals) role.forwarded.set(id, node.now);
  const { term, session } = node;
  node.outbox.send(leader, { kind: "forward", term, session, proposals });
}

export function onForwardAccepted(
  node: RaftNode,
  _from: NodeId,
  { first, ids, term }: ForwardAccepted,
  role: Follower,
): void {
  for (const [offset, id] of ids.entries()) {
    if (!role.forwarded.delete(id)) continue;
    const position = { term, index: first + offset };
    node.outbox.emit({ kind: "proposalAppended", id, position });
  }
}

export function onForwardRejected(
  node: RaftNode,
  from: NodeId,
  { ids, reason }: ForwardRejected,
  role: Follower,
): void {
  for (const id of ids) {
    if (role.forwarded.delete(id)) node.outbox.emit({ kind: "proposalRejected", id, reason });
  }
  if (reason === "ERR_NO_LEADER") onLeaderGone(node, from, role);
}

/** Gives up on proposals whose forwarding, or its answer, must have been lost. */
export function expireForwarded(node: RaftNode, role: Follower): void {
  for (const [id, since] of role.forwarded) {
    if (node.now - since <= 2 * node.electionMillis) return; // the map is in the order of sending
    role.forwarded.delete(id);
    node.outbox.emit({ kind: "proposalLost", id });
  }
}

/** Asks the leader for a commit index that is fresh. */
export function requestRead(node: RaftNode, role: Follower, leader: NodeId, id: RequestId): void {
  role.barriers.add(id);
  node.outbox.send(leader, { kind: "readRequest", term: node.term, id });
}

export function onReadReply(
  node: RaftNode,
  from: NodeId,
  { id, index }: ReadReply,
  role: Follower,
): void {
  if (!role.barriers.delete(id)) return;
  node.outbox.emit(index === null ? { kind: "readFailed", id } : { kind: "readReady", id, index });
  if (index === null) onLeaderGone(node, from, role);
}
