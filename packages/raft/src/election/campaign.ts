import { voteOutcome, votersOf, type NodeId } from "@quorate/core";
import type { Poll } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import type { Candidate } from "../role.ts";
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from "./become.ts";

/** The election timer ran out: asks whether it would win, and campaigns if so. */
export function campaign(node: RaftNode): void {
  if (!mayCampaign(node)) {
    node.resetElectionTimer();
    return;
  }
  becomePreCandidate(node);
  requestVotes(node, "pre-vote");
  countVotes(node);
}

/**
 * The leader hands leadership to this member (thesis §3.10), which asks nobody first whether it would
 * win. If it cannot campaign the leader finds out by the clock.
 */
export function onTimeoutNow(node: RaftNode): void {
  if (mayCampaign(node)) campaignFor(node, "transfer");
}

/** A member whose disk takes no writes could not even vote for itself. */
function mayCampaign(node: RaftNode): boolean {
  return node.isVoter && node.storage === "available";
}

function campaignFor(node: RaftNode, poll: Candidate["poll"]): void {
  becomeCandidate(node, poll);
  requestVotes(node, poll);
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
    campaignFor(node, "election");
  }
}

/** A voter can be reached only now: it is asked then, rather than after another timeout. */
export function requestVoteOf(node: RaftNode, peer: NodeId): void {
  const { role } = node;
  const isPolling = role.kind === "pre-candidate" || role.kind === "candidate";
  if (!isPolling || role.votes.has(peer) || !othersThatVote(node).includes(peer)) return;
  requestVote(node, peer, role.kind === "candidate" ? role.poll : "pre-vote");
}

function requestVotes(node: RaftNode, poll: Poll): void {
  for (const voter of othersThatVote(node)) requestVote(node, voter, poll);
}

function requestVote(node: RaftNode, voter: NodeId, poll: Poll): void {
  const term = poll === "pre-vote" ? node.term + 1 : node.term;
  node.outbox.promise(voter, { kind: "voteRequest", term, poll, last: node.log.last });
}

function othersThatVote(node: RaftNode): readonly NodeId[] {
  return votersOf(node.configurations.latest.quorum).filter((voter) => voter !== node.self);
}
