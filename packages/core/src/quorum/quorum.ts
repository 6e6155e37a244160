import type { Index, NodeId } from "../ids.ts";
import { votersOf, type QuorumRule, type WeightedRule } from "./rule.ts";

/** Whether the members for which `agrees` holds decide under the rule. No voters never decide. */
export function isQuorum(rule: QuorumRule, agrees: (id: NodeId) => boolean): boolean {
  switch (rule.kind) {
    case "majority":
      return rule.voters.filter(agrees).length * 2 > rule.voters.length;
    case "joint":
      return isQuorum(rule.outgoing, agrees) && isQuorum(rule.incoming, agrees);
    case "weighted":
      return isWeightedQuorum(rule, agrees);
  }
}

function isWeightedQuorum(rule: WeightedRule, agrees: (id: NodeId) => boolean): boolean {
  let groups = 0;
  let won = 0;
  for (const group of rule.groups) {
    let total = 0;
    let agreed = 0;
    for (const { id, weight } of group) {
      total += weight;
      if (agrees(id)) agreed += weight;
    }
    if (total === 0) continue; // a group without weight has no say (ZooKeeper's QuorumHierarchical)
    groups++;
    if (agreed * 2 > total) won++;
  }
  return won * 2 > groups;
}

/** The greatest index that a quorum has reached, given what each voter has. */
export function quorumIndex(rule: QuorumRule, reached: (id: NodeId) => Index): Index {
  if (rule.kind === "majority") {
    if (rule.voters.length === 0) return 0;
    const sorted = rule.voters.map(reached).sort((a, b) => b - a);
    return sorted[sorted.length >> 1] ?? 0;
  }
  if (rule.kind === "joint") {
    return Math.min(quorumIndex(rule.outgoing, reached), quorumIndex(rule.incoming, reached));
  }
  const candidates = votersOf(rule)
    .map(reached)
    .sort((a, b) => b - a);
  return candidates.find((index) => isQuorum(rule, (id) => reached(id) >= index)) ?? 0;
}

/** How a poll stands. */
export type VoteOutcome = "won" | "lost" | "pending";

/** Counts a poll: lost as soon as the missing votes could no longer make a quorum. */
export function voteOutcome(rule: QuorumRule, votes: ReadonlyMap<NodeId, boolean>): VoteOutcome {
  if (isQuorum(rule, (id) => votes.get(id) === true)) return "won";
  return isQuorum(rule, (id) => votes.get(id) !== false) ? "pending" : "lost";
}
