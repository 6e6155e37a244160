import { PassedOn, type NodeId } from "@quorate/core";
import { look } from "../election/look.ts";
import type { LeaderInfo } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Learner } from "../phase.ts";
import { historyOf } from "./history.ts";

/** Begins a session with the leader. */
export function follow(node: ZabNode, leader: NodeId): void {
  const session = node.nextSession++;
  node.phase = {
    kind: "learner",
    leader,
    session,
    stage: { kind: "introduced", retryAt: 0 },
    heardAt: node.now,
    passedOn: new PassedOn(node.outbox),
  };
  introduce(node, node.phase);
}

/**
 * FOLLOWERINFO; sent again until it is answered: the leader may not know yet that it was elected. It
 * will very soon, so this is repeated as a vote is and not as a ping: clients wait for it.
 */
export function introduce(node: ZabNode, { leader, session, stage }: Learner): void {
  if (stage.kind !== "introduced") return;
  const { pingMillis, notificationMillisMin } = node.times;
  stage.retryAt = node.now + Math.min(pingMillis, notificationMillisMin);
  const { accepted: acceptedEpoch } = node.hard;
  node.outbox.send(leader, { kind: "followerInfo", session, acceptedEpoch });
}

/**
 * Promises the leader's epoch. One that was promised before may have been promised to another: then
 * the leader must not count this member, which may follow it all the same.
 */
export function onLeaderInfo(
  node: ZabNode,
  from: NodeId,
  { session, epoch }: LeaderInfo,
  learner: Learner,
): void {
  const { accepted, current } = node.hard;
  if (learner.stage.kind !== "introduced") return look(node, "a second epoch in one session");
  // An observer's promise counts for nothing, so it binds it to nothing either.
  if (epoch < (node.isVoter ? accepted : current)) return look(node, "the leader's epoch is older");
  const isNews = epoch > accepted;
  if (isNews) node.setEpochs({ accepted: epoch, current });
  learner.stage = { kind: "promised", epoch };
  const history = historyOf(node.log);
  const currentEpoch = isNews ? current : null;
  node.outbox.promise(from, { kind: "ackEpoch", session, currentEpoch, history });
}
