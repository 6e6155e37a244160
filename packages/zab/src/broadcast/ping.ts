import { isQuorum, type NodeId } from "@quorate/core";
import { look } from "../election/look.ts";
import type { Ping, Pong } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Leader, Learner, LearnerHandler } from "../phase.ts";
import { confirmReads } from "../read/sync.ts";
import { dropLearner } from "./drop-learner.ts";

/** Shows every learner that the leader lives, with the newest read round, which answers confirm. */
export function pingLearners(node: ZabNode, leader: Leader): void {
  const { round } = leader.reads;
  for (const [id, { session }] of leader.learners) {
    node.outbox.send(id, { kind: "ping", session, round });
  }
  leader.pingAt = node.now + node.times.pingMillis;
}

export function onPing(node: ZabNode, from: NodeId, { session, round }: Ping): void {
  node.outbox.send(from, { kind: "pong", session, round, through: node.durable.through });
}

export function onPong(
  node: ZabNode,
  _from: NodeId,
  { round, through }: Pong,
  leader: Leader,
  handler: LearnerHandler,
): void {
  handler.ackedRound = Math.max(handler.ackedRound, round);
  if (handler.state.kind === "broadcast") handler.state.feed.inflights.freeThrough(through);
  confirmReads(node, leader);
}

/** What a leader does when time has passed. */
export function tickLeader(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  const { initMillis, syncMillis } = node.times;
  if (stage.kind === "broadcast") {
    if (!hasQuorum(node, leader)) return look(node, "no quorum was heard of");
  } else if (node.now - leader.since > initMillis && !isSendingSnapshots(leader)) {
    return look(node, `no quorum came as far as ${stage.kind}`);
  }
  for (const [id, { heardAt, state }] of leader.learners) {
    const patience = state.kind === "broadcast" ? syncMillis : initMillis;
    if (node.now - heardAt > patience) dropLearner(node, leader, id, "it was silent");
    else if (state.kind === "snapshot" && node.now - (state.deliveredAt ?? node.now) > initMillis) {
      dropLearner(node, leader, id, "it does not take the snapshot up");
    }
  }
  if (node.now >= leader.pingAt) pingLearners(node, leader);
}

/** A large state takes longer than the init limit; a transfer that gets no further is given up. */
function isSendingSnapshots({ learners }: Leader): boolean {
  return [...learners.values()].some(({ state }) => state.kind === "snapshot");
}

/**
 * Whether a quorum was heard within the sync limit. A leader without one gives up: the others may
 * have another by then, and its clients should find out.
 */
export function hasQuorum(node: ZabNode, { heardAt }: Leader): boolean {
  const oldest = node.now - node.times.syncMillis;
  return isQuorum(
    node.configurations.latest.quorum,
    (id) => id === node.self || (heardAt.get(id) ?? -Infinity) >= oldest,
  );
}

/** What a learner does when time has passed. */
export function tickLearner(node: ZabNode, learner: Learner): void {
  const { leader, stage, heardAt } = learner;
  const { initMillis, syncMillis, pingMillis } = node.times;
  const isLinked = node.linked.has(leader);
  const connecting = Math.min(initMillis, 5 * pingMillis); // ZooKeeper tries five times
  const served = stage.kind === "broadcast" ? syncMillis : initMillis;
  // Whoever leads pings from the first word on.
  const patience = isLinked && stage.kind !== "introduced" ? served : connecting;
  if (node.now - heardAt > patience) {
    look(node, isLinked ? "the leader is silent" : "the leader cannot be reached");
  }
}
