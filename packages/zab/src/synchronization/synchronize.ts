import { isQuorum, Drafts, type NodeId, type Term } from "@quorate/core";
import type { AckNewLeader, SnapInstalled } from "../messages.ts";
import { advanceCommit, BEYOND_SENT } from "../broadcast/acknowledge.ts";
import { dropLearner } from "../broadcast/drop-learner.ts";
import type { History } from "../discovery/history.ts";
import type { ZabNode } from "../node.ts";
import { feedFrom, type Leader, type LearnerHandler } from "../phase.ts";
import { chooseSync } from "./choose-sync.ts";

/** The epoch is this leader's: its history becomes that of all who follow. */
export function beginSynchronization(node: ZabNode, leader: Leader, epoch: Term): void {
  leader.stage = { kind: "synchronization", epoch, acks: new Set() };
  node.trace("epoch-promised", { epoch });
  for (const [id, handler] of leader.learners) synchronize(node, id, leader, handler);
  acceptOwnEpoch(node, leader);
}

/** Chooses how the learner gets our history, and begins. */
export function synchronize(
  node: ZabNode,
  to: NodeId,
  leader: Leader,
  handler: LearnerHandler,
): void {
  if (handler.state.kind === "promised") send(node, to, leader, handler, handler.state.history);
}

/** The snapshot stands: what is left is a DIFF. */
export function onSnapInstalled(
  node: ZabNode,
  from: NodeId,
  { history }: SnapInstalled,
  leader: Leader,
  handler: LearnerHandler,
): void {
  if (handler.state.kind === "snapshot") send(node, from, leader, handler, history);
}

function send(
  node: ZabNode,
  to: NodeId,
  { stage }: Leader,
  handler: LearnerHandler,
  history: History,
): void {
  const { log } = node;
  const { session } = handler;
  const through = stage.kind === "broadcast" ? node.commit : log.lastIndex;
  const snapshot = node.snapshot?.position.index ?? null;
  const { diffEntriesMax } = node.limits;
  const choice = chooseSync(history, { log, through, snapshot, diffEntriesMax });
  const { mode, why } = choice;
  node.trace("synchronizing", { to, mode, why });
  if (mode === "SNAP") {
    const index = snapshot ?? 0;
    handler.state = { kind: "snapshot", index, deliveredAt: null };
    node.outbox.send(to, { kind: "snap", session, why, index });
    node.outbox.emit({ kind: "streamSnapshot", to });
    return;
  }
  const { common } = choice;
  if (mode === "DIFF") node.outbox.send(to, { kind: "diff", session, why });
  else {
    const diff = mode === "TRUNC+DIFF";
    node.outbox.send(to, { kind: "trunc", session, why, through: common, diff });
  }
  const feed = feedFrom(common.index + 1);
  handler.state = {
    kind: "synchronizing",
    feed,
    through: Math.max(through, common.index),
    newLeaderSent: false,
  };
}

/** The stream ended: without success the learner must begin again. */
export function onSnapshotSent(node: ZabNode, to: NodeId, delivered: boolean): void {
  if (node.phase.kind !== "leader") return;
  const handler = node.phase.learners.get(to);
  if (handler?.state.kind !== "snapshot") return;
  if (delivered) handler.state = { ...handler.state, deliveredAt: node.now };
  else dropLearner(node, node.phase, to, "its snapshot made no progress");
}

/**
 * A leader takes up its own epoch as a learner does: its history durable first, then the epoch, and
 * only then does it count (ZOOKEEPER-4643).
 */
export function acceptOwnEpoch(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  if (stage.kind !== "synchronization") return;
  const { outbox, hard } = node;
  if (hard.current < stage.epoch) {
    if (!outbox.everythingIsDurable) return;
    node.setEpochs({ accepted: hard.accepted, current: stage.epoch });
  } else if (outbox.hardStateIsDurable) {
    stage.acks.add(node.self);
    considerEstablished(node, leader);
  }
}

/** ACK of NEWLEADER: from here on the learner's acknowledgements count. */
export function onAckNewLeader(
  node: ZabNode,
  from: NodeId,
  { epoch, through }: AckNewLeader,
  leader: Leader,
  handler: LearnerHandler,
): void {
  const { state } = handler;
  const { stage } = leader;
  if (state.kind !== "synchronizing" || !state.newLeaderSent || epoch !== node.term) return;
  if (through >= state.feed.next) return dropLearner(node, leader, from, BEYOND_SENT);
  handler.state = { kind: "broadcast", feed: state.feed, match: through };
  if (stage.kind === "broadcast") {
    // It may have had what nobody else will acknowledge any more.
    advanceCommit(node, leader);
    return upToDate(node, from, leader, handler);
  }
  if (stage.kind !== "synchronization" || !handler.isVoter) return;
  stage.acks.add(from);
  considerEstablished(node, leader);
}

/** A quorum has the history and the epoch: nothing of it can be lost any more. */
function considerEstablished(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  if (stage.kind !== "synchronization") return;
  if (!isQuorum(node.configurations.latest.quorum, (id) => stage.acks.has(id))) return;
  const { epoch } = stage;
  const base = node.log.lastIndex;
  node.commitThrough(base);
  leader.stage = { kind: "broadcast", epoch, base, drafts: new Drafts(0) };
  for (const id of stage.acks) leader.heardAt.set(id, node.now);
  node.trace("established", { epoch, base });
  node.outbox.emit({ kind: "termSettled", position: { term: epoch, index: base } });
  for (const [id, handler] of leader.learners) upToDate(node, id, leader, handler);
}

function upToDate(node: ZabNode, to: NodeId, leader: Leader, handler: LearnerHandler): void {
  const { session, state } = handler;
  if (state.kind !== "broadcast") return;
  if (handler.isVoter) leader.heardAt.set(to, node.now);
  const commit = Math.min(node.commit, state.feed.next - 1);
  handler.toldCommit = commit;
  node.outbox.send(to, { kind: "upToDate", session, commit });
}
