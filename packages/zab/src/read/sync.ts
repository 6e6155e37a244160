import { isQuorum, type NodeId, type RequestId } from "@quorate/core";
import { pingLearners } from "../broadcast/ping.ts";
import type { Sync } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Leader, LearnerHandler } from "../phase.ts";

/** A read barrier of this member's own: from the leader when it follows one. */
export function requestSync(node: ZabNode, id: RequestId): void {
  const { phase } = node;
  if (phase.kind === "looking" || phase.stage.kind !== "broadcast") {
    node.outbox.emit({ kind: "readFailed", id });
  } else if (phase.kind === "leader") {
    phase.reads.add({ from: null, id });
  } else {
    const { leader, session, passedOn } = phase;
    passedOn.barrier(id);
    node.outbox.send(leader, { kind: "sync", session, id });
  }
}

export function onSync(
  _node: ZabNode,
  from: NodeId,
  { session, id }: Sync,
  { reads }: Leader,
  handler: LearnerHandler,
): void {
  if (handler.state.kind === "broadcast") reads.add({ from: { peer: from, session }, id });
}

/**
 * Begins a round for the barriers that wait. ZooKeeper's SYNC asks no quorum, so that a leader
 * deposed without knowing it answers from an old state; here it cannot.
 */
export function beginSyncRound(node: ZabNode, leader: Leader): void {
  if (!leader.reads.hasWaiting) return;
  leader.reads.begin(node.commit);
  pingLearners(node, leader);
  confirmReads(node, leader);
}

/** Answers the barriers for which a quorum has confirmed this leadership since they were asked. */
export function confirmReads(node: ZabNode, { reads, learners }: Leader): void {
  const { quorum } = node.configurations.latest;
  const confirmed = reads.confirm((round) =>
    isQuorum(quorum, (id) => {
      const handler = learners.get(id);
      return (
        id === node.self || (handler?.state.kind === "broadcast" && handler.ackedRound >= round)
      );
    }),
  );
  for (const { index, barriers } of confirmed) {
    for (const { from, id } of barriers) {
      if (from === null) node.outbox.emit({ kind: "readReady", id, index });
      else if (learners.get(from.peer)?.session === from.session) {
        const { peer, session } = from;
        node.outbox.send(peer, { kind: "syncReply", session, id, index });
      }
    }
  }
}
