import { voteOutcome, votersOf, type NodeId, type Term } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from "./become.ts";

/** The election timer ran out: asks whether it would win, and campaigns if so. */
export function campaign(node: RaftNode): void {
  if (!node.isVoter || node.storage !== "available") {
    node.resetElectionTimer();
    return;
  }
  becomePreCandidate(node);
  requestVotes(node, true, node.term + 1);
  countVotes(node);
}

/** Counts this member's own vote, which only a durable one is. */
export function countOwnVote(node: RaftNode): void {
  if (node.role.kind !== "candidate" || !node.outbox.hardStateIsDurable) return;
  node.role.votes.set(node.self, true);
  countVotes(node);
}

/** Goes on when the poll is decided. */
export function countVotes(node: RaftNode): void {
  const { role } = node;
  if (role.kind !== "pre-candidate" && role.kind !== "candidate") return;
  const outcome = voteOutcome(node.configurations.latest.quorum, role.votes);
  if (outcome === "pending") return;
  if (outcome === "lost") {
    becomeFollower(node, node.term, null);
  } else if (role.kind === "candidate") {
    becomeLeader(node);
  } else {
    becomeCandidate(node);
    requestVotes(node, false, node.term);
  }
}

function requestVotes(node: RaftNode, pre: boolean, term: Term): void {
  const { last } = node.log;
  for (const voter of othersThatVote(node)) {
    node.outbox.promise(voter, { kind: "voteRequest", term, pre, last });
  }
}

function othersThatVote(node: RaftNode): readonly NodeId[] {
  return votersOf(node.configurations.latest.quorum).filter((voter) => voter !== node.self);
}
