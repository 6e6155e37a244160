import type {
  EntryRun,
  Index,
  NodeId,
  Proposal,
  RejectReason,
  RequestId,
  Term,
} from "@quorate/core";
import type { Request } from "../messages.ts";
import type { ZabNode } from "../node.ts";
import type { Leader, LeaderStage, LearnerHandler } from "../phase.ts";

type Broadcast = Extract<LeaderStage, { kind: "broadcast" }>;

/** This member's own proposals, while it leads. */
export function proposeAsLeader(
  node: ZabNode,
  stage: Broadcast,
  proposals: readonly Proposal[],
  onlyInTerm: Term | null,
): void {
  const moved = onlyInTerm !== null && onlyInTerm !== stage.epoch;
  for (const proposal of proposals) {
    const { id } = proposal;
    const reason = moved ? "ERR_NOT_LEADER" : refusal(node, stage);
    if (reason !== null) node.outbox.emit({ kind: "proposalRejected", id, reason });
    else {
      const position = { term: stage.epoch, index: draft(node, stage, proposal) };
      node.outbox.emit({ kind: "proposalAppended", id, position });
    }
  }
}

/**
 * REQUEST: a learner's proposals. The answer is sent before any proposal that carries them, and links
 * are FIFO: the learner knows their places before it can see them committed.
 */
export function onRequest(
  node: ZabNode,
  from: NodeId,
  { session, proposals }: Request,
  { stage }: Leader,
  handler: LearnerHandler,
): void {
  if (stage.kind !== "broadcast" || handler.state.kind !== "broadcast") return;
  const ids: RequestId[] = [];
  const rejected: RequestId[] = [];
  let reason: RejectReason | null = null;
  let first: Index = 0;
  for (const proposal of proposals) {
    reason ??= refusal(node, stage);
    if (reason !== null) rejected.push(proposal.id);
    else {
      const index = draft(node, stage, proposal);
      if (ids.length === 0) first = index;
      ids.push(proposal.id);
    }
  }
  if (ids.length > 0) node.outbox.send(from, { kind: "requestAccepted", session, first, ids });
  if (reason !== null) {
    node.outbox.send(from, { kind: "requestRejected", session, reason, ids: rejected });
  }
}

/** Ends the turn's batch: one encoding for the log and all learners, one write beside the sending. */
export function sealDrafts(node: ZabNode, { epoch, drafts }: Broadcast): EntryRun | null {
  const run = drafts.seal({ first: node.log.lastIndex + 1, term: epoch, time: node.wall });
  if (run !== null) node.accept(run);
  return run;
}

/** Whether the epoch has no counter left for another entry: then a new one must begin (ZOOKEEPER-1277). */
export function isExhausted(node: ZabNode, { base, drafts }: Broadcast): boolean {
  return node.log.lastIndex + drafts.count - base >= node.limits.counterMax;
}

function draft(node: ZabNode, { drafts }: Broadcast, { data }: Proposal): Index {
  return drafts.add({ kind: "command", data }, node.log.lastIndex);
}

function refusal(node: ZabNode, stage: Broadcast): RejectReason | null {
  if (isExhausted(node, stage)) return "ERR_NO_LEADER";
  return stage.drafts.uncommittedBytes >= node.limits.uncommittedBytesMax ? "ERR_OVERLOADED" : null;
}
