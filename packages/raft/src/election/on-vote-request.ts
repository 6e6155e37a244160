import { isAtLeastAsUpToDate, type NodeId } from "@quorate/core";
import type { VoteRequest } from "../messages.ts";
import type { RaftNode } from "../node.ts";

/**
 * Grants a vote to a log at least as new as its own, one per term (§5.4.1). Whoever is asked answers,
 * even if it does not know itself to be a voter: it may have become one without having heard.
 */
export function onVoteRequest(node: RaftNode, from: NodeId, request: VoteRequest): void {
  const { poll, term } = request;
  const pre = poll === "pre-vote";
  const { votedFor } = node.hard;
  const free = pre ? term > node.term : votedFor === null || votedFor === from;
  const granted = free && isAtLeastAsUpToDate(request.last, node.log.last);
  if (granted && !pre) {
    node.setHardState({ term, votedFor: from });
    node.resetElectionTimer();
  }
  const answer = granted ? term : node.term;
  node.outbox.promise(from, { kind: "voteReply", term: answer, pre, granted });
}

/**
 * Whether a live leader is known: requests for votes are then ignored, so that a member that cannot
 * hear the leader does not depose it (thesis §4.2.3). A link that broke says that the leader is gone
 * before its silence does.
 */
export function leaderIsAlive(node: RaftNode): boolean {
  const { role } = node;
  if (role.kind === "leader") return true;
  if (role.kind !== "follower" || role.leader === null || role.leaderUnreachable) return false;
  return node.now - role.heardAt < node.electionMillis;
}
