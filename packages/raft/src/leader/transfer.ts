import { isVoter, type NodeId, type RequestId, type TransferFailure } from "@quorate/core";
import type { RaftNode } from "../node.ts";
import type { Leader } from "../role.ts";

/** Leadership on its way to another member. */
export interface Transfer {
  readonly target: NodeId;
  /** The requests that wait for the outcome. */
  readonly ids: RequestId[];
  /** It is given up then, ms. */
  readonly deadline: number;
  /** The target has been told to campaign. */
  isTold: boolean;
}

/**
 * Hands leadership to the target (thesis §3.10). From here on the leader takes no proposals, so that
 * the target can catch up; reads go on, because a quorum confirms each of them.
 */
export function transferLeadership(node: RaftNode, id: RequestId, target: NodeId): void {
  const { role, transfer } = node;
  if (role.kind !== "leader") return fail(node, [id], "ERR_NOT_LEADER");
  if (target === node.self) return node.outbox.emit({ kind: "transferred", id });
  if (transfer !== null) {
    if (transfer.target !== target) return fail(node, [id], "ERR_OVERLOADED");
    transfer.ids.push(id);
    return;
  }
  if (!mayTakeOver(node, role, target)) return fail(node, [id], "ERR_TRANSFEREE");
  const deadline = node.now + node.electionMillis;
  node.transfer = { target, ids: [id], deadline, isTold: false };
  node.trace("transfer", { to: target });
}

/** Tells the target to campaign once it has the whole log. Called once a turn. */
export function tellTarget(node: RaftNode, role: Leader): void {
  const { transfer, term } = node;
  if (transfer === null || transfer.isTold) return;
  if (role.followers.get(transfer.target)?.match !== node.log.lastIndex) return;
  transfer.isTold = true;
  node.outbox.send(transfer.target, { kind: "timeoutNow", term });
}

/** Somebody leads: the target, or it will not come to it. */
export function concludeTransfer(node: RaftNode, leader: NodeId): void {
  const { transfer } = node;
  if (transfer === null) return;
  node.transfer = null;
  if (leader !== transfer.target) return fail(node, transfer.ids, "ERR_LEADER_CHANGED");
  for (const id of transfer.ids) node.outbox.emit({ kind: "transferred", id });
}

/**
 * The target has had as long as an election takes. A leader takes proposals again: should the target
 * campaign after all, that is an election like any other.
 */
export function expireTransfer(node: RaftNode): void {
  const { transfer } = node;
  if (transfer === null || node.now < transfer.deadline) return;
  node.transfer = null;
  node.trace("transfer-expired", { to: transfer.target });
  fail(node, transfer.ids, "ERR_TIMEOUT");
}

/** Whether the target has a vote and was heard of lately. */
function mayTakeOver(node: RaftNode, role: Leader, target: NodeId): boolean {
  const progress = role.followers.get(target);
  if (progress === undefined || !isVoter(node.configurations.latest, target)) return false;
  return node.now - progress.heardAt <= node.electionMillis;
}

function fail(node: RaftNode, ids: readonly RequestId[], reason: TransferFailure): void {
  for (const id of ids) node.outbox.emit({ kind: "transferFailed", id, reason });
}
