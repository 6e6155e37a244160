import {
  comparePositions,
  isQuorum,
  isVoter,
  ReadRounds,
  type NodeId,
  type Term,
} from "@quorate/core";
import { look } from "../election/look.ts";
import type { AckEpoch, FollowerInfo } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Leader, LearnerHandler } from "../phase.ts";
import { beginSynchronization, synchronize } from "../synchronization/synchronize.ts";

/** Elected: waits for a quorum to introduce itself. */
export function lead(node: ZabNode): void {
  const leader: Leader = {
    kind: "leader",
    stage: { kind: "introductions", accepted: new Map([[node.self, node.hard.accepted]]) },
    learners: new Map(),
    heardAt: new Map(),
    reads: new ReadRounds(),
    since: node.now,
    pingAt: node.now + node.times.pingMillis,
  };
  node.phase = leader;
  proposeEpoch(node, leader);
}

/** A learner introduces itself; it may have had a session with us before. */
export function onFollowerInfo(
  node: ZabNode,
  from: NodeId,
  { session, acceptedEpoch }: FollowerInfo,
): void {
  const { phase } = node;
  if (phase.kind === "learner") return node.outbox.send(from, { kind: "hangUp", session });
  // While we look we may be about to lead: it asks again.
  if (phase.kind === "looking" || !node.peers.includes(from)) return;
  if (phase.learners.get(from)?.session === session) return;
  const { stage } = phase;
  const votes = isVoter(node.configurations.latest, from);
  if (stage.kind !== "introductions" && votes && acceptedEpoch > stage.epoch) {
    // It promised a later epoch that came to nothing, and can follow only a still later one.
    return look(node, `${from} has accepted epoch ${acceptedEpoch}`);
  }
  phase.learners.set(from, {
    session,
    isVoter: votes,
    state: { kind: "introduced", acceptedEpoch },
    heardAt: node.now,
    ackedRound: 0,
    toldCommit: 0,
  });
  if (stage.kind !== "introductions") return sendLeaderInfo(node, from, session, stage.epoch);
  if (!votes) return; // observers have no say in the epoch (ZOOKEEPER-2959)
  stage.accepted.set(from, acceptedEpoch);
  proposeEpoch(node, phase);
}

/** A quorum is there: the new epoch lies behind all that they have accepted. */
function proposeEpoch(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  if (stage.kind !== "introductions") return;
  if (!isQuorum(node.configurations.latest.quorum, (id) => stage.accepted.has(id))) return;
  const epoch = Math.max(...stage.accepted.values()) + 1;
  node.trace("epoch-proposed", { epoch });
  node.setEpochs({ accepted: epoch, current: node.hard.current });
  leader.stage = { kind: "promises", epoch, acks: new Set() };
  for (const [id, { session }] of leader.learners) sendLeaderInfo(node, id, session, epoch);
}

function sendLeaderInfo(node: ZabNode, to: NodeId, session: number, epoch: Term): void {
  node.outbox.promise(to, { kind: "leaderInfo", session, epoch });
}

/** The disk has taken something: perhaps this member's own promise. */
export function countOwnPromise(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  if (stage.kind !== "promises" || !node.outbox.hardStateIsDurable) return;
  stage.acks.add(node.self);
  considerPromises(node, leader);
}

export function onAckEpoch(
  node: ZabNode,
  from: NodeId,
  { currentEpoch, history }: AckEpoch,
  leader: Leader,
  handler: LearnerHandler,
): void {
  const { stage } = leader;
  if (handler.state.kind !== "introduced" || stage.kind === "introductions") return;
  handler.state = { kind: "promised", history };
  if (stage.kind !== "promises") return synchronize(node, from, leader, handler);
  if (!handler.isVoter || currentEpoch === null) return;
  const newer = currentEpoch - node.hard.current || comparePositions(history.last, node.log.last);
  // The election was decided without it; what it has may be committed.
  if (newer > 0) return look(node, `${from} has a newer history`);
  stage.acks.add(from);
  considerPromises(node, leader);
}

/** A quorum will follow nobody older, and has nothing that this leader lacks. */
function considerPromises(node: ZabNode, leader: Leader): void {
  const { stage } = leader;
  if (stage.kind !== "promises") return;
  if (!isQuorum(node.configurations.latest.quorum, (id) => stage.acks.has(id))) return;
  beginSynchronization(node, leader, stage.epoch);
}
