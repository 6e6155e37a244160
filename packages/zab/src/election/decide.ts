import { isQuorum, votersOf } from "@quorate/core";
import { follow } from "../discovery/follow.ts";
import { lead } from "../discovery/lead.ts";
import type { ZabNode } from "../node.ts";
import type { Looking } from "../phase.ts";
import { isSameVote, type Vote } from "./vote.ts";

/**
 * Looks whether a quorum votes as this member does. Then it waits a little for a better vote that may
 * be on its way; there can be none when all voters agree.
 */
export function considerDecision(node: ZabNode, looking: Looking): void {
  const { quorum } = node.configurations.latest;
  const { proposed, received } = looking;
  const agrees = (id: string): boolean =>
    id === node.self || isSameVote(received.get(id) ?? null, proposed);
  if (proposed === null || !isQuorum(quorum, agrees)) {
    looking.finalizeAt = null;
    return;
  }
  if (votersOf(quorum).every(agrees)) return decide(node, proposed);
  looking.finalizeAt ??= node.now + node.times.finalizeWaitMillis;
}

/** The wait for something better is over. */
export function finalize(node: ZabNode, looking: Looking): void {
  if (looking.finalizeAt === null || node.now < looking.finalizeAt) return;
  if (looking.proposed !== null) decide(node, looking.proposed);
}

/**
 * Joins an ensemble that has a leader: a quorum follows it, whatever their rounds and zxids were, and
 * it says itself that it leads (ZOOKEEPER-1732, 1805).
 */
export function considerJoining(node: ZabNode, looking: Looking, round: number, vote: Vote): void {
  const { decided } = looking;
  const { leader } = vote;
  if (decided.get(leader)?.leads !== true) return;
  const { quorum } = node.configurations.latest;
  // With this member: a leader that has lost it waits for it to come back.
  const agrees = (id: string): boolean => id === node.self || decided.get(id)?.leader === leader;
  if (!isQuorum(quorum, agrees)) return;
  node.round = round;
  decide(node, vote);
}

function decide(node: ZabNode, vote: Vote): void {
  node.vote = vote;
  node.trace("elected", { leader: vote.leader, round: node.round });
  if (vote.leader === node.self) lead(node);
  else follow(node, vote.leader);
}
