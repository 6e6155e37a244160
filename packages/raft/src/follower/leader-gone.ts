import type { NodeId } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Follower } from "../role.ts";

/**
 * The leader said itself that it leads no more, in a term that it will not lead again. Whoever kept
 * believing in it would send it the same requests over and over, for nothing.
 */
export function onLeaderGone(node: RaftNode, from: NodeId, role: Follower): void {
  if (role.leader !== from) return;
  node.role = { ...role, leader: null, heardAt: -Infinity };
  campaignSoon(node);
}

/** No need to wait for a silence: a short random wait, so that not all campaign at once. */
export function campaignSoon(node: RaftNode): void {
  const soon = node.now + node.prng.between(node.electionMillis / 20, node.electionMillis / 5);
  node.electionDeadline = Math.min(node.electionDeadline, soon);
}
