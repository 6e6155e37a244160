import { isQuorum, type NodeId } from "@quorate/core";
import { becomeFollower } from "../election/become.ts";
import type { HeartbeatReply } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import { becomeProbe } from "../progress/progress.ts";
import type { Leader } from "../role.ts";

/** Tells every follower that the leader lives; with the newest read round, which answers confirm. */
export function broadcastHeartbeat(node: RaftNode, role: Leader): void {
  const { term } = node;
  const { round } = role.reads;
  for (const [peer, progress] of role.followers) {
    // No further than it is known to have: behind that its log may differ from ours.
    const commit = Math.min(node.commit, progress.match);
    node.outbox.send(peer, { kind: "heartbeat", term, commit, round });
  }
  role.heartbeatAt = node.now + node.heartbeatMillis;
}

export function onHeartbeatReply(
  node: RaftNode,
  from: NodeId,
  reply: HeartbeatReply,
  role: Leader,
): void {
  const progress = role.followers.get(from);
  if (progress === undefined) return;
  progress.heardAt = node.now;
  progress.ackedRound = Math.max(progress.ackedRound, reply.round);
  const { feed } = progress;
  if (feed.kind === "probe") feed.paused = false; // the probe or its answer may have been lost
  // It answers heartbeats but acknowledges nothing: what was sent must be lost.
  const silent = node.now - progress.movedAt > node.electionMillis;
  if (feed.kind === "replicate" && silent && progress.match < progress.next - 1) {
    becomeProbe(progress, node.now);
  }
  confirmReads(node, role);
}

/** Answers the reads for which a quorum has confirmed this leadership since they were asked. */
export function confirmReads(node: RaftNode, role: Leader): void {
  const { quorum } = node.configurations.latest;
  const confirmed = role.reads.confirm((round) =>
    isQuorum(
      quorum,
      (id) => id === node.self || (role.followers.get(id)?.ackedRound ?? 0) >= round,
    ),
  );
  for (const { index, barriers } of confirmed) {
    for (const { from, id } of barriers) {
      if (from === null) node.outbox.emit({ kind: "readReady", id, index });
      else {
        const { peer, session } = from;
        node.outbox.send(peer, { kind: "readReply", term: node.term, session, id, index });
      }
    }
  }
}

/**
 * Begins a round for the reads that wait. A new leader does not know yet what is committed: its
 * reads wait for its first own entry (§8).
 */
export function beginReadRound(node: RaftNode, role: Leader): void {
  if (!role.reads.hasWaiting || node.commit < role.noop) return;
  role.reads.begin(node.commit);
  broadcastHeartbeat(node, role);
  confirmReads(node, role);
}

/**
 * Steps down when no quorum was heard for an election timeout: clients should find out, and a
 * follower that still hears us should stop refusing to elect another (thesis §6.2).
 */
export function checkQuorum(node: RaftNode, role: Leader): void {
  const oldest = node.now - node.electionMillis;
  const { quorum } = node.configurations.latest;
  const heard = isQuorum(
    quorum,
    (id) => id === node.self || (role.followers.get(id)?.heardAt ?? -Infinity) >= oldest,
  );
  if (heard) return;
  node.trace("quorum-lost");
  becomeFollower(node, node.term, null);
}
