import { votersOf, type NodeId } from "@quorate/core";
import type { Notification } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Looking } from "../phase.ts";
import { considerDecision, considerJoining } from "./decide.ts";
import { notify, notifyVoters } from "./look.ts";
import { isBetterVote, mayLead, type Vote } from "./vote.ts";

/** A member's vote. Who has decided answers those that look; who looks compares. */
export function onNotification(node: ZabNode, from: NodeId, notification: Notification): void {
  const { phase } = node;
  const { state, vote } = notification;
  if (phase.kind !== "looking") {
    if (state === "LOOKING") notify(node, from);
    return;
  }
  const { quorum } = node.configurations.latest;
  if (!votersOf(quorum).includes(from)) {
    // An observer that wants to know. Observers do not answer each other: it would never end.
    if (node.isVoter) notify(node, from);
    return;
  }
  if (vote !== null && !mayLead(quorum, vote.leader)) return;
  if (state === "LOOKING") onLookingVote(node, phase, from, notification);
  else if (state !== "OBSERVING") onDecidedVote(node, phase, from, notification);
}

function onLookingVote(
  node: ZabNode,
  looking: Looking,
  from: NodeId,
  notification: Notification,
): void {
  const { round } = notification;
  const vote = asCandidate(node, looking, notification.vote);
  looking.decided.delete(from);
  if (round < node.round) {
    if (node.isVoter) notify(node, from); // it is behind and takes up our round
    return;
  }
  if (round > node.round) {
    node.round = round;
    looking.received.clear();
    // Against our own vote, not the best so far: that was of a round that is over.
    propose(looking, vote !== null && isBetterVote(vote, looking.own) ? vote : looking.own);
    notifyVoters(node);
  } else if (vote !== null && isBetterVote(vote, looking.proposed)) {
    propose(looking, vote);
    notifyVoters(node);
  }
  if (vote === null) looking.received.delete(from);
  else looking.received.set(from, vote);
  considerDecision(node, looking);
}

function onDecidedVote(
  node: ZabNode,
  looking: Looking,
  from: NodeId,
  { round, vote, state }: Notification,
): void {
  if (vote === null) return;
  looking.decided.set(from, { leader: vote.leader, leads: state === "LEADING" });
  if (round === node.round) {
    looking.received.set(from, vote);
    considerDecision(node, looking);
    if (node.phase !== looking) return;
  }
  considerJoining(node, looking, round, vote);
}

/** Others may vote for this member when it no longer stands: then the vote is for nobody. */
function asCandidate(node: ZabNode, { own }: Looking, vote: Vote | null): Vote | null {
  return own === null && vote?.leader === node.self ? null : vote;
}

function propose(looking: Looking, vote: Looking["proposed"]): void {
  looking.proposed = vote;
  looking.finalizeAt = null;
}
