import type { NodeId } from "@quorate/core";
import type { ZabNode } from "../node.ts";
import type { Leader } from "../phase.ts";

/** Ends a learner's session from our side: it looks again, and comes back. */
export function dropLearner(node: ZabNode, leader: Leader, id: NodeId, why: string): void {
  const handler = leader.learners.get(id);
  if (handler === undefined) return;
  node.trace("learner-dropped", { learner: id, why });
  node.outbox.send(id, { kind: "hangUp", session: handler.session });
  forgetLearner(leader, id);
}

/** The session is over. What a voter has promised stays promised; that it is here does not. */
export function forgetLearner(leader: Leader, id: NodeId): void {
  leader.learners.delete(id);
  if (leader.stage.kind === "introductions") leader.stage.accepted.delete(id);
}

/**
 * The link to it broke, which it takes as the leader's end: it looks again. A voter that is not back
 * within a tick counts as silent, however long the sync limit is; clients should not wait so long for
 * a leader that has lost its quorum.
 */
export function loseLearner(node: ZabNode, leader: Leader, id: NodeId): void {
  forgetLearner(leader, id);
  const { syncMillis, pingMillis } = node.times;
  const heardAt = leader.heardAt.get(id);
  const tick = 2 * pingMillis;
  if (heardAt !== undefined)
    leader.heardAt.set(id, Math.min(heardAt, node.now - syncMillis + tick));
}
