import type { NodeId } from "@quorate/core";
import { becomeFollower } from "./election/become.ts";
import { leaderIsAlive } from "./election/on-vote-request.ts";
import type { RaftMessage, VoteRequest } from "./messages.ts";
import type { RaftNode } from "./node.ts";

/**
 * Looks at a message's term before any handler does (§5.1): a newer term makes us its follower, an
 * older one is answered with ours where the sender would otherwise be stuck in it.
 *
 * @returns whether the message goes on to its handler
 */
export function passesTermGate(node: RaftNode, from: NodeId, message: RaftMessage): boolean {
  if (message.kind === "voteRequest" && message.term > node.term && !mayDisturb(node, message)) {
    return false;
  }
  if (message.term > node.term) {
    if (isAboutAFutureTerm(message)) return true;
    becomeFollower(node, message.term, isFromLeader(message) ? from : null);
    return true;
  }
  if (message.term === node.term) {
    if (isFromLeader(message)) followLeader(node, from);
    return true;
  }
  answerStale(node, from, message);
  return false;
}

/** Nobody deposes a live leader but whom it has asked to. */
function mayDisturb(node: RaftNode, { poll }: VoteRequest): boolean {
  return poll === "transfer" || !leaderIsAlive(node);
}

/** A pre-vote is about the next term without anybody being in it yet. */
function isAboutAFutureTerm(message: RaftMessage): boolean {
  if (message.kind === "voteRequest") return message.poll === "pre-vote";
  return message.kind === "voteReply" && message.pre && message.granted;
}

function isFromLeader({ kind }: RaftMessage): boolean {
  return kind === "append" || kind === "heartbeat" || kind === "commit" || kind === "timeoutNow";
}

/** Takes note of the term's leader: a candidate has lost, a follower has heard. */
function followLeader(node: RaftNode, from: NodeId): void {
  const { role } = node;
  if (role.kind === "follower" && role.leader === from) {
    role.heardAt = node.now;
    role.leaderUnreachable = false;
    node.resetElectionTimer();
  } else if (role.kind !== "leader") {
    becomeFollower(node, node.term, from);
  }
}

/**
 * A deposed leader steps down when it sees our term, and a candidate that fell behind catches up
 * (etcd #8501: pre-vote and check-quorum together would otherwise leave it stuck).
 */
function answerStale(node: RaftNode, from: NodeId, message: RaftMessage): void {
  const { term } = node;
  if (message.kind === "append" || message.kind === "heartbeat") {
    node.outbox.send(from, { kind: "heartbeatReply", term, round: 0 });
  } else if (message.kind === "voteRequest") {
    const pre = message.poll === "pre-vote";
    node.outbox.send(from, { kind: "voteReply", term, pre, granted: false });
  } else if (message.kind === "readRequest") {
    const { session, id } = message;
    node.outbox.send(from, { kind: "readReply", term, session, id, index: null });
  }
}
