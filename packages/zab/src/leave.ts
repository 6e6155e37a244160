import { sealDrafts } from "./broadcast/propose.ts";
import type { ZabNode } from "./node.ts";
import type { Leader, Learner } from "./phase.ts";

/** Ends the phase: nobody is left waiting for an answer that the next one can no longer give. */
export function leave(node: ZabNode): void {
  const { phase } = node;
  if (phase.kind === "leader") leaveLeadership(node, phase);
  if (phase.kind === "learner") leaveLeader(node, phase);
}

function leaveLeadership(node: ZabNode, leader: Leader): void {
  // Places were given out this turn: the entries must exist, even if they are truncated later.
  if (leader.stage.kind === "broadcast") sealDrafts(node, leader.stage);
  // A learner's barrier fails with its session.
  for (const { from, id } of leader.reads.drain()) {
    if (from === null) node.outbox.emit({ kind: "readFailed", id });
  }
  for (const [id, { session }] of leader.learners) {
    node.outbox.send(id, { kind: "hangUp", session });
  }
}

function leaveLeader(node: ZabNode, { leader, session, passedOn }: Learner): void {
  passedOn.lose();
  node.outbox.send(leader, { kind: "hangUp", session });
}
