import { entryBytes, quorumIndex, type NodeId } from "@quorate/core";
import { look } from "../election/look.ts";
import type { Ack, Commit, Inform } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Leader, Learner, LearnerHandler } from "../phase.ts";
import { dropLearner } from "./drop-learner.ts";
import { goesOn } from "./goes-on.ts";

/** Why a learner is not believed any more: nothing it says could be counted. */
export const BEYOND_SENT = "it acknowledges more than it was sent";

/**
 * ACK. It counts only of a learner that has taken up the epoch: one that has the entries without it
 * loses elections to members that have the epoch without the entries (ZOOKEEPER-4646, 3911).
 */
export function onAck(
  node: ZabNode,
  from: NodeId,
  { epoch, through }: Ack,
  leader: Leader,
  handler: LearnerHandler,
): void {
  const { state } = handler;
  if (state.kind !== "synchronizing" && state.kind !== "broadcast") return;
  if (through >= state.feed.next) return dropLearner(node, leader, from, BEYOND_SENT);
  state.feed.inflights.freeThrough(through);
  if (state.kind !== "broadcast" || epoch !== node.term || through <= state.match) return;
  state.match = through;
  advanceCommit(node, leader);
}

/**
 * Commits what a quorum has on disk; in strict order, because an acknowledgement vouches for
 * everything before it. The leader counts itself only as far as its own disk has it.
 */
export function advanceCommit(node: ZabNode, { stage, learners }: Leader): void {
  if (stage.kind !== "broadcast") return;
  const index = quorumIndex(node.configurations.latest.quorum, (id) => {
    if (id === node.self) return node.durable.through;
    const state = learners.get(id)?.state;
    return state?.kind === "broadcast" ? state.match : 0;
  });
  if (index <= node.commit) return;
  for (const entry of node.log.slice(node.commit + 1, index)) {
    stage.drafts.settled(entryBytes(entry));
  }
  node.commitThrough(index);
}

export function onCommit(node: ZabNode, _from: NodeId, { commit }: Commit, learner: Learner): void {
  if (learner.stage.kind !== "broadcast") return look(node, "COMMIT out of turn");
  // The leader names no index that it did not send before: were it not in our log, the disk or a
  // link would have lost something, and going on would hide it.
  node.commitThrough(commit);
}

/** INFORM: an observer gets what is committed, and acknowledges nothing. */
export function onInform(node: ZabNode, _from: NodeId, { run }: Inform, learner: Learner): void {
  const { stage } = learner;
  if (stage.kind !== "broadcast" || !goesOn(node.log, run, stage.epoch)) {
    return look(node, "INFORM that does not follow");
  }
  node.accept(run);
  node.commitThrough(node.log.lastIndex);
}
