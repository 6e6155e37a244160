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

/** A voter can be reached only now: it is asked then, rather than after another timeout. */
export function requestVoteOf(node: RaftNode, peer: NodeId): void {
  const { role } = node;
  const isPolling = role.kind === "pre-candidate" || role.kind === "candidate";
  if (!isPolling || role.votes.has(peer) || !othersThatVote(node).includes(peer)) return;
  const pre = role.kind === "pre-candidate";
  requestVote(node, peer, pre, pre ? node.term + 1 : node.term);
}

function requestVotes(node: RaftNode, pre: boolean, term: Term): void {
  for (const voter of othersThatVote(node)) requestVote(node, voter, pre, term);
}

function requestVote(node: RaftNode, voter: NodeId, pre: boolean, term: Term): void {
  node.outbox.promise(voter, { kind: "voteRequest", term, pre, last: node.log.last });
}

function othersThatVote(node: RaftNode): readonly NodeId[] {
  return votersOf(node.configurations.latest.quorum).filter((voter) => voter !== node.self);
}
