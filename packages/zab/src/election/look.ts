import { votersOf, type NodeId } from "@quorate/core";
import { leave } from "../leave.ts";
import type { ZabNode } from "../node.ts";
import type { Looking } from "../phase.ts";
import { considerDecision } from "./decide.ts";

/** Begins a new round of election; whatever the phase before owed is settled. */
export function look(node: ZabNode, why: string): void {
  leave(node);
  const { times, hard, log, now } = node;
  const own = node.mayLead ? { leader: node.self, epoch: hard.current, last: log.last } : null;
  node.round++;
  const looking: Looking = {
    kind: "looking",
    own,
    proposed: own,
    received: new Map(),
    decided: new Map(),
    finalizeAt: null,
    resendAt: now + times.notificationMillisMin,
    resendMillis: times.notificationMillisMin,
  };
  node.phase = looking;
  node.trace("looking", { round: node.round, why });
  notifyVoters(node);
  considerDecision(node, looking);
}

/** Tells every other voter what this member votes for. */
export function notifyVoters(node: ZabNode): void {
  for (const voter of votersOf(node.configurations.latest.quorum)) {
    if (voter !== node.self) notify(node, voter);
  }
}

export function notify(node: ZabNode, to: NodeId): void {
  const { phase, round, serverState: state } = node;
  const vote = phase.kind === "looking" ? phase.proposed : node.vote;
  node.outbox.send(to, { kind: "notification", state, round, vote });
}

/** Nothing was decided yet: perhaps a notification met a member that was not listening. */
export function renotify(node: ZabNode, looking: Looking): void {
  looking.resendMillis = Math.min(looking.resendMillis * 2, node.times.notificationMillisMax);
  looking.resendAt = node.now + looking.resendMillis;
  notifyVoters(node);
}
