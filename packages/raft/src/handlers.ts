import { assert, type NodeId } from "@quorate/core";
import { onTimeoutNow } from "./election/campaign.ts";
import { onVoteReply } from "./election/on-vote-reply.ts";
import { onVoteRequest } from "./election/on-vote-request.ts";
import {
  onForwardAccepted,
  onForwardDeferred,
  onForwardRejected,
  onReadReply,
} from "./follower/forward.ts";
import { onAppend, onCommit, onHeartbeat } from "./follower/on-append.ts";
import { onHeartbeatReply } from "./leader/heartbeat.ts";
import { onAppendAccepted, onAppendRejected } from "./leader/on-append-reply.ts";
import { onForward, refuseForward } from "./leader/on-propose.ts";
import type { RaftMessage, ReadRequest } from "./messages.ts";
import type { RaftNode } from "./node.ts";
import type { Candidate, Follower, Leader, PreCandidate, Role } from "./role.ts";

type Handler<Kind extends RaftMessage["kind"], R extends Role> = (
  node: RaftNode,
  from: NodeId,
  message: Extract<RaftMessage, { kind: Kind }>,
  role: R,
) => void;

/** One decision per role and message: a missing cell does not compile. */
type HandlerTable<R extends Role> = { readonly [Kind in RaftMessage["kind"]]: Handler<Kind, R> };

/** The answer to something that an earlier role asked. */
const tooLate = (): void => {};

/** Two leaders in one term, or a gate that let a message of one pass. */
const impossible = (node: RaftNode, from: NodeId, message: RaftMessage): void => {
  assert(false, `${node.role.kind} ${node.self} got ${message.kind} of its own term from ${from}`);
};

const rejectRead = (node: RaftNode, from: NodeId, { session, id }: ReadRequest): void => {
  node.outbox.send(from, { kind: "readReply", term: node.term, session, id, index: null });
};

const followerHandlers: HandlerTable<Follower> = {
  voteRequest: onVoteRequest,
  voteReply: tooLate,
  append: onAppend,
  appendAccepted: tooLate,
  appendRejected: tooLate,
  commit: onCommit,
  heartbeat: onHeartbeat,
  heartbeatReply: tooLate,
  forward: refuseForward,
  forwardAccepted: onForwardAccepted,
  forwardRejected: onForwardRejected,
  readRequest: rejectRead,
  readReply: onReadReply,
  timeoutNow: onTimeoutNow,
  forwardDeferred: onForwardDeferred,
};

const campaignHandlers: HandlerTable<PreCandidate | Candidate> = {
  voteRequest: onVoteRequest,
  voteReply: onVoteReply,
  append: impossible, // the term gate has made us its sender's follower
  appendAccepted: tooLate,
  appendRejected: tooLate,
  commit: impossible,
  heartbeat: impossible,
  heartbeatReply: tooLate,
  forward: refuseForward,
  forwardAccepted: tooLate,
  forwardRejected: tooLate,
  readRequest: rejectRead,
  readReply: tooLate,
  timeoutNow: impossible,
  forwardDeferred: tooLate,
};

const leaderHandlers: HandlerTable<Leader> = {
  voteRequest: onVoteRequest,
  voteReply: tooLate,
  append: impossible,
  appendAccepted: onAppendAccepted,
  appendRejected: onAppendRejected,
  commit: impossible,
  heartbeat: impossible,
  heartbeatReply: onHeartbeatReply,
  forward: onForward,
  forwardAccepted: tooLate,
  forwardRejected: tooLate,
  readRequest: (_node, from, { session, id }, role) =>
    role.reads.add({ from: { peer: from, session }, id }),
  readReply: tooLate,
  timeoutNow: impossible,
  forwardDeferred: tooLate,
};

/** Gives a message that passed the term gate to the handler of the present role. */
export function handle(node: RaftNode, from: NodeId, message: RaftMessage): void {
  const { role } = node;
  switch (role.kind) {
    case "follower":
      return dispatch(followerHandlers, node, from, message, role);
    case "pre-candidate":
    case "candidate":
      return dispatch(campaignHandlers, node, from, message, role);
    case "leader":
      return dispatch(leaderHandlers, node, from, message, role);
  }
}

function dispatch<R extends Role, Kind extends RaftMessage["kind"]>(
  table: { readonly [K in Kind]: Handler<K, R> },
  node: RaftNode,
  from: NodeId,
  message: Extract<RaftMessage, { kind: Kind }>,
  role: R,
): void {
  const handler: Handler<Kind, R> = table[message.kind];
  handler(node, from, message, role);
}
