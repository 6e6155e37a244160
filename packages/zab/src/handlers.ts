import type { NodeId } from "@quorate/core";
import { onAck, onCommit, onInform } from "./broadcast/acknowledge.ts";
import { forgetLearner } from "./broadcast/drop-learner.ts";
import { onPing, onPong } from "./broadcast/ping.ts";
import { onRequest } from "./broadcast/propose.ts";
import { onLeaderInfo } from "./discovery/follow.ts";
import { onAckEpoch, onFollowerInfo } from "./discovery/lead.ts";
import { look } from "./election/look.ts";
import { onNotification } from "./election/on-notification.ts";
import {
  isFromLeader,
  type HangUp,
  type LeaderMessage,
  type LearnerMessage,
  type ZabMessage,
} from "./messages.ts";
import type { ZabNode } from "./node.ts";
import type { Leader, Learner, LearnerHandler } from "./phase.ts";
import { onSync } from "./read/sync.ts";
import {
  onDiff,
  onNewLeader,
  onProposal,
  onSnap,
  onTrunc,
  onUpToDate,
} from "./synchronization/be-synchronized.ts";
import { onAckNewLeader, onSnapInstalled } from "./synchronization/synchronize.ts";

/** One decision for everything that a leader may say: a missing one does not compile. */
const learnerHandlers: {
  readonly [Kind in LeaderMessage["kind"]]: (
    node: ZabNode,
    from: NodeId,
    message: Extract<LeaderMessage, { kind: Kind }>,
    learner: Learner,
  ) => void;
} = {
  leaderInfo: onLeaderInfo,
  diff: onDiff,
  trunc: onTrunc,
  snap: onSnap,
  proposal: onProposal,
  newLeader: onNewLeader,
  upToDate: onUpToDate,
  commit: onCommit,
  inform: onInform,
  ping: onPing,
  requestAccepted: (_node, _from, { ids, first }, { stage, passedOn }) => {
    if (stage.kind === "broadcast") passedOn.accepted(ids, first, stage.epoch);
  },
  requestRejected: (_node, _from, { ids, reason }, { passedOn }) => passedOn.rejected(ids, reason),
  syncReply: (_node, _from, { id, index }, { passedOn }) => passedOn.readAnswered(id, index),
};

/** And for everything that a learner may say. */
const leaderHandlers: {
  readonly [Kind in LearnerMessage["kind"]]: (
    node: ZabNode,
    from: NodeId,
    message: Extract<LearnerMessage, { kind: Kind }>,
    leader: Leader,
    handler: LearnerHandler,
  ) => void;
} = {
  ackEpoch: onAckEpoch,
  snapInstalled: onSnapInstalled,
  ackNewLeader: onAckNewLeader,
  ack: onAck,
  pong: onPong,
  request: onRequest,
  sync: onSync,
};

/** Gives a message to the phase that it is for. What belongs to a session that is over is dropped. */
export function handle(node: ZabNode, from: NodeId, message: ZabMessage): void {
  switch (message.kind) {
    case "notification":
      return onNotification(node, from, message);
    case "followerInfo":
      return onFollowerInfo(node, from, message);
    case "hangUp":
      return onHangUp(node, from, message);
    default:
      return isFromLeader(message)
        ? handleAsLearner(node, from, message)
        : handleAsLeader(node, from, message);
  }
}

function handleAsLearner<Kind extends LeaderMessage["kind"]>(
  node: ZabNode,
  from: NodeId,
  message: Extract<LeaderMessage, { kind: Kind }>,
): void {
  const { phase } = node;
  if (phase.kind !== "learner" || !isOfSession(phase, from, message)) return;
  phase.heardAt = node.now;
  const handlers: {
    readonly [K in Kind]: (
      node: ZabNode,
      from: NodeId,
      message: Extract<LeaderMessage, { kind: K }>,
      learner: Learner,
    ) => void;
  } = learnerHandlers;
  handlers[message.kind](node, from, message, phase);
}

function handleAsLeader<Kind extends LearnerMessage["kind"]>(
  node: ZabNode,
  from: NodeId,
  message: Extract<LearnerMessage, { kind: Kind }>,
): void {
  const { phase } = node;
  const handler = phase.kind === "leader" ? phase.learners.get(from) : undefined;
  if (phase.kind !== "leader" || handler?.session !== message.session) return;
  handler.heardAt = node.now;
  if (handler.isVoter && handler.state.kind === "broadcast") phase.heardAt.set(from, node.now);
  const handlers: {
    readonly [K in Kind]: (
      node: ZabNode,
      from: NodeId,
      message: Extract<LearnerMessage, { kind: K }>,
      leader: Leader,
      handler: LearnerHandler,
    ) => void;
  } = leaderHandlers;
  handlers[message.kind](node, from, message, phase, handler);
}

/** The other side has left: a learner looks for another leader, a leader forgets the learner. */
function onHangUp(node: ZabNode, from: NodeId, { session }: HangUp): void {
  const { phase } = node;
  if (phase.kind === "learner" && isOfSession(phase, from, { session })) {
    look(node, `${from} leads no more`);
  } else if (phase.kind === "leader" && phase.learners.get(from)?.session === session) {
    forgetLearner(phase, from);
    phase.heardAt.delete(from);
  }
}

function isOfSession(
  learner: Learner,
  from: NodeId,
  { session }: { readonly session: number },
): boolean {
  return learner.leader === from && learner.session === session;
}
