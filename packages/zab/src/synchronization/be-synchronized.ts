import type { NodeId, SnapshotHandle, SnapshotMeta } from "@quorate/core";
import { goesOn } from "../broadcast/goes-on.ts";
import { historyOf } from "../discovery/history.ts";
import { look } from "../election/look.ts";
import type { Diff, NewLeader, ProposalMessage, Snap, Trunc, UpToDate } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Learner, LearnerStage, SyncMode } from "../phase.ts";

/** DIFF: our history is a prefix of the leader's; also what follows a snapshot. */
export function onDiff(node: ZabNode, _from: NodeId, { why }: Diff, learner: Learner): void {
  const { stage } = learner;
  // Behind a snapshot the mode stays what it was.
  if (stage.kind === "synchronizing" && stage.mode === "SNAP" && stage.step === "history") return;
  begin(node, learner, "DIFF", why);
}

/**
 * TRUNC: drops what was never committed, in memory and on disk. A snapshot of ours cannot hold any of
 * it, because snapshots hold committed entries only (ZOOKEEPER-1154, 2355).
 */
export function onTrunc(node: ZabNode, _from: NodeId, trunc: Trunc, learner: Learner): void {
  const { through, why, diff } = trunc;
  if (node.log.termAt(through.index) !== through.term) {
    return look(
      node,
      `told to truncate behind ${through.term}/${through.index}, which is not here`,
    );
  }
  if (!begin(node, learner, diff ? "TRUNC+DIFF" : "TRUNC", why)) return;
  node.truncate(through.index + 1);
}

/** SNAP: our history is too far from the leader's; its snapshot takes the place of everything. */
export function onSnap(node: ZabNode, _from: NodeId, { why, index }: Snap, learner: Learner): void {
  const { stage } = learner;
  const again = stage.kind === "synchronizing" && stage.mode === "SNAP" && stage.step === "history";
  if (stage.kind !== "promised" && !again) return look(node, "a snapshot out of turn");
  learner.stage = { kind: "loading", epoch: stage.epoch, why, index };
}

/** A snapshot lies complete beside ours. It is taken if it is the one that we wait for. */
export function onSnapshotReceived(
  node: ZabNode,
  from: NodeId,
  meta: SnapshotMeta,
  handle: SnapshotHandle,
): void {
  const { phase } = node;
  const stage = phase.kind === "learner" && phase.leader === from ? phase.stage : null;
  const { index } = meta.position;
  const isWanted = stage?.kind === "loading" && index >= stage.index && index > node.commit;
  if (isWanted && !node.installing) return node.install(meta, handle);
  node.outbox.emit({ kind: "discardSnapshot", handle });
  // The leader takes it for delivered and sends no other in this session: even when it came before
  // SNAP, which may still wait for the leader's disk.
  if (stage?.kind === "loading" || stage?.kind === "promised") {
    look(node, `a snapshot of ${index}, which is not what it lacks`);
  }
}

/** The snapshot is durable and in force (ZOOKEEPER-3023, 3642): the leader sends what follows it. */
export function onSnapshotInstalled(node: ZabNode, ticket: number): void {
  node.installed(ticket);
  const { phase } = node;
  if (phase.kind !== "learner") return;
  const { leader, session, stage } = phase;
  if (stage.kind === "loading") {
    const { epoch, why } = stage;
    phase.stage = { kind: "synchronizing", epoch, mode: "SNAP", why, step: "history" };
    const history = historyOf(node.log);
    node.outbox.promise(leader, { kind: "snapInstalled", session, history });
  }
  acceptEpoch(node, phase);
}

/** Part of the history, or, in broadcast, something new. */
export function onProposal(
  node: ZabNode,
  from: NodeId,
  { session, commit, run }: ProposalMessage,
  learner: Learner,
): void {
  const { stage } = learner;
  const isDue =
    stage.kind === "broadcast" || (stage.kind === "synchronizing" && stage.step === "history");
  if (!isDue || !goesOn(node.log, run, stage.epoch)) {
    return look(node, "a proposal that does not follow");
  }
  node.accept(run);
  node.commitThrough(Math.min(commit, node.log.lastIndex));
  const through = node.log.lastIndex;
  node.outbox.promise(from, { kind: "ack", session, epoch: stage.epoch, through });
}

/** NEWLEADER: the history is complete. */
export function onNewLeader(
  node: ZabNode,
  _from: NodeId,
  { epoch }: NewLeader,
  learner: Learner,
): void {
  const { stage } = learner;
  if (stage.kind !== "synchronizing" || stage.step !== "history" || stage.epoch !== epoch) {
    return look(node, "NEWLEADER out of turn");
  }
  stage.step = "flushing";
  acceptEpoch(node, learner);
}

/**
 * Takes up the epoch: only when the whole history is durable, and acknowledged only when the epoch
 * itself is (ZOOKEEPER-4643, 4646, 4785). A member that had the epoch without the history would win
 * elections with it.
 */
export function acceptEpoch(node: ZabNode, learner: Learner): void {
  const { stage, leader, session } = learner;
  if (stage.kind !== "synchronizing" || stage.step !== "flushing") return;
  const { epoch } = stage;
  if (node.installing || !node.outbox.everythingIsDurable) return;
  stage.step = "accepted";
  node.setEpochs({ accepted: Math.max(node.hard.accepted, epoch), current: epoch });
  const through = node.log.lastIndex;
  node.outbox.promise(leader, { kind: "ackNewLeader", session, epoch, through });
}

/** UPTODATE: a quorum has the history and the epoch; this member may serve. */
export function onUpToDate(
  node: ZabNode,
  _from: NodeId,
  { commit }: UpToDate,
  learner: Learner,
): void {
  const { stage } = learner;
  if (stage.kind !== "synchronizing" || stage.step !== "accepted") {
    return look(node, "UPTODATE out of turn");
  }
  const { epoch, mode, why } = stage;
  learner.stage = { kind: "broadcast", epoch, mode, why };
  node.commitThrough(Math.min(commit, node.log.lastIndex));
  node.trace("synchronized", { leader: learner.leader, mode, why });
  const position = { term: epoch, index: node.log.lastIndex };
  node.outbox.emit({ kind: "termSettled", position });
}

function begin(node: ZabNode, learner: Learner, mode: SyncMode, why: string): boolean {
  const { stage } = learner;
  if (stage.kind !== "promised") {
    look(node, `${mode} out of turn`);
    return false;
  }
  const { epoch } = stage;
  const synchronizing: LearnerStage = { kind: "synchronizing", epoch, mode, why, step: "history" };
  learner.stage = synchronizing;
  return true;
}
