import type { NodeId } from "../ids.ts";

/**
 * Whose agreement decides. Pure data, so that a configuration can carry it through the log.
 *
 * - `majority`: more than half of the voters.
 * - `joint`: both halves of a change of membership (Raft §6; ZAB's two verifiers).
 * - `weighted`: more than half of the weight in more than half of the groups that have any weight
 *   (ZooKeeper's hierarchical quorums).
 */
export type QuorumRule = MajorityRule | JointRule | WeightedRule;

export interface MajorityRule {
  readonly kind: "majority";
  readonly voters: readonly NodeId[];
}

export interface JointRule {
  readonly kind: "joint";
  readonly outgoing: MajorityRule | WeightedRule;
  readonly incoming: MajorityRule | WeightedRule;
}

export interface WeightedRule {
  readonly kind: "weighted";
  readonly groups: readonly (readonly WeightedVoter[])[];
}

export interface WeightedVoter {
  readonly id: NodeId;
  readonly weight: number;
}

/** Everyone whose agreement can count under the rule, each once. */
export function votersOf(rule: QuorumRule): readonly NodeId[] {
  switch (rule.kind) {
    case "majority":
      return rule.voters;
    case "weighted":
      return rule.groups.flat().map((voter) => voter.id);
    case "joint":
      return [...new Set([...votersOf(rule.outgoing), ...votersOf(rule.incoming)])];
  }
}
