import type { NodeId } from "../../ids.ts";
import type { QuorumRule } from "../../quorum/rule.ts";
import { PLAIN_SETTINGS, type SimSettings } from "../sim/sim-settings.ts";
import type { ArgumentReader } from "./argument-reader.ts";

/** The cluster that a script is about. */
export interface ClusterPlan {
  readonly settings: SimSettings;
  readonly seed: number;
  /** Members that the script starts itself. */
  readonly down: readonly NodeId[];
  readonly quorum: QuorumRule;
}

/** Everything takes equally long, so that what happens at once happens in the order of the members. */
const REGULAR: SimSettings = {
  ...PLAIN_SETTINGS,
  limits: {},
  delay: { from: 1, to: 1 },
  disk: { from: 1, to: 1 },
  redial: { from: 10, to: 10 },
};

/** Settings of the simulator that a script may change. */
const NUMBERS = [
  "members",
  "observers",
  "electionMillis",
  "heartbeatMillis",
  "checkpointEntries",
  "snapshotChunkBytes",
] as const satisfies readonly (keyof SimSettings)[];

/**
 * Reads `members=3 observers=1 down=n2,n3`. ZooKeeper's hierarchical quorums are
 * `groups=n1,n2,n3|n4,n5,n6 weights=n3:0`; who is not named weighs 1.
 */
export function parseClusterPlan(reader: ArgumentReader): ClusterPlan {
  const pairs = new Map<string, string>();
  while (!reader.isEmpty) pairs.set(...reader.pair());
  const take = (name: string): string | undefined => {
    const value = pairs.get(name);
    pairs.delete(name);
    return value;
  };
  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = {};
  for (const name of NUMBERS) {
    const value = take(name);
    if (value !== undefined) numbers[name] = reader.number(value, name);
  }
  const settings = { ...REGULAR, ...numbers };
  const ids = idsFrom(1, settings.members + settings.observers);
  const down = take("down") ?? "";
  const plan = {
    settings,
    seed: reader.number(take("seed") ?? "1", "seed"),
    down: down === "all" ? ids : list(down),
    quorum: quorumOf(ids.slice(0, settings.members), take("groups"), take("weights"), reader),
  };
  const [unknown] = pairs.keys();
  if (unknown !== undefined) {
    const known = [...NUMBERS, "seed", "down", "groups", "weights"].join(" ");
    throw reader.problem(`there is no setting ${unknown}; known: ${known}`);
  }
  return plan;
}

function quorumOf(
  voters: readonly NodeId[],
  groups: string | undefined,
  weights: string | undefined,
  reader: ArgumentReader,
): QuorumRule {
  if (groups === undefined && weights === undefined) return { kind: "majority", voters };
  const weightOf = new Map<NodeId, number>();
  for (const each of list(weights ?? "")) {
    const [id = "", weight = ""] = each.split(":");
    weightOf.set(id, reader.number(weight, `the weight of ${id}`));
  }
  const members = groups?.split("|").map(list) ?? [voters];
  const weigh = (id: NodeId): { id: NodeId; weight: number } => {
    return { id, weight: weightOf.get(id) ?? 1 };
  };
  return { kind: "weighted", groups: members.map((group) => group.map(weigh)) };
}

function idsFrom(first: number, count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, i) => `n${first + i}`);
}

/** What stands between commas. */
function list(text: string): readonly string[] {
  return text === "" ? [] : text.split(",");
}
