import type { NodeId, Proposal, RejectReason, RequestId, Term } from "@quorate/core";
import type { Forward } from "../messages.ts";
import type { RaftNode } from "../node.ts";
import type { Leader } from "../role.ts";
import { draftCommand } from "./drafts.ts";

/** This member's own proposals. */
export function proposeAsLeader(
  node: RaftNode,
  role: Leader,
  proposals: readonly Proposal[],
  onlyInTerm: Term | null,
): void {
  const moved = onlyInTerm !== null && onlyInTerm !== node.term;
  for (const proposal of proposals) {
    const { id } = proposal;
    const reason = moved ? "ERR_NOT_LEADER" : refusal(node, role);
    if (reason !== null) node.outbox.emit({ kind: "proposalRejected", id, reason });
    else {
      const position = draftCommand(node, role, proposal);
      node.outbox.emit({ kind: "proposalAppended", id, position });
    }
  }
}

/**
 * A follower's proposals. The answer is sent before any append that carries them, and links are
 * FIFO: the follower knows their places before it can see them committed.
 */
export function onForward(node: RaftNode, from: NodeId, forward: Forward, role: Leader): void {
  const { term } = node;
  const fresh = takeFresh(node, from, forward);
  if (fresh.length === 0) return;
  if (node.transfer !== null) {
    const ids = fresh.map((proposal) => proposal.id);
    return node.outbox.send(from, { kind: "forwardDeferred", term, ids });
  }
  const accepted: RequestId[] = [];
  const rejected: RequestId[] = [];
  let reason: RejectReason | null = null;
  let first = 0;
  for (const proposal of fresh) {
    reason ??= refusal(node, role);
    if (reason !== null) rejected.push(proposal.id);
    else {
      const { index } = draftCommand(node, role, proposal);
      if (accepted.length === 0) first = index;
      accepted.push(proposal.id);
    }
  }
  if (accepted.length > 0) {
    node.outbox.send(from, { kind: "forwardAccepted", term, first, ids: accepted });
  }
  if (reason !== null) {
    node.outbox.send(from, { kind: "forwardRejected", term, ids: rejected, reason });
  }
}

function refusal(node: RaftNode, role: Leader): RejectReason | null {
  if (node.transfer !== null) return "ERR_NO_LEADER"; // it stands down, and the next is not there yet
  if (node.storage === "full") return "ERR_STORAGE_FULL";
  return role.drafts.uncommittedBytes >= node.limits.uncommittedBytesMax ? "ERR_OVERLOADED" : null;
}

/** A member that does not lead, or no more: what it took while it led is not its to refuse. */
export function refuseForward(node: RaftNode, from: NodeId, forward: Forward): void {
  const ids = takeFresh(node, from, forward).map((proposal) => proposal.id);
  if (ids.length === 0) return;
  const { term } = node;
  node.outbox.send(from, { kind: "forwardRejected", term, ids, reason: "ERR_NO_LEADER" });
}

/** The proposals of which no copy came before; ids ascend within a session. */
function takeFresh(node: RaftNode, from: NodeId, forward: Forward): readonly Proposal[] {
  const key = `${from}/${forward.session}`;
  const taken = node.forwardsTaken.get(key) ?? 0;
  const fresh = forward.proposals.filter((proposal) => proposal.id > taken);
  const newest = fresh.at(-1);
  if (newest !== undefined) node.forwardsTaken.set(key, newest.id);
  return fresh;
}
