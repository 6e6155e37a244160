import {
  comparePositions,
  type NodeId,
  type Position,
  type QuorumRule,
  type Term,
} from "@quorate/core";

/** Who should lead, and what of it makes it the best. */
export interface Vote {
  readonly leader: NodeId;
  /** The proposed leader's current epoch. */
  readonly epoch: Term;
  /** The last entry of its log: what a zxid is in ZooKeeper. */
  readonly last: Position;
}

/**
 * ZooKeeper's total order of votes: the current epoch, then the last zxid, then the server id. The
 * epoch comes first because a member that has not taken up an epoch may hold more entries than one
 * that has, and they need not be committed.
 */
export function isBetterVote(a: Vote, b: Vote | null): boolean {
  if (b === null) return true;
  return (
    (a.epoch - b.epoch || comparePositions(a.last, b.last) || compareIds(a.leader, b.leader)) > 0
  );
}

export function isSameVote(a: Vote | null, b: Vote | null): boolean {
  if (a === null || b === null) return false;
  return a.leader === b.leader && a.epoch === b.epoch && comparePositions(a.last, b.last) === 0;
}

/** Orders server ids by their number: decimal, without leading zeros, whatever stands before it. */
export function compareIds(a: NodeId, b: NodeId): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the member may be elected: it votes, and its vote weighs something. */
export function mayLead(rule: QuorumRule, id: NodeId): boolean {
  switch (rule.kind) {
    case "majority":
      return rule.voters.includes(id);
    case "weighted":
      return rule.groups.flat().some((voter) => voter.id === id && voter.weight > 0);
    case "joint":
      return mayLead(rule.incoming, id);
  }
}
