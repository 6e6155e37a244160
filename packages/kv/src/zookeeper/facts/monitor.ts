import { descriptors, type Family } from "../../metrics/index.ts";
import { zookeeperFamilies } from "../metrics/index.ts";
import { ZOOKEEPER_VERSION } from "../version.ts";
import { Decimal } from "./decimal.ts";
import { modeOf, PEER_STATES } from "./mode.ts";
import type { ServerFacts } from "./server-facts.ts";

/** A name as `mntr` has it, without `zk_`, and what it stands for. */
export type MonitorValue = readonly [name: string, value: string | number | Decimal];

/** What monitoring asks for, under ZooKeeper's names. */
export async function monitorValues(facts: ServerFacts): Promise<readonly MonitorValue[]> {
  const families = zookeeperFamilies(facts, await descriptors());
  return [...identity(facts), ...families.flatMap(valuesOf), ...own(facts)];
}

function identity(facts: ServerFacts): readonly MonitorValue[] {
  const mode = modeOf(facts);
  const peerState = PEER_STATES[mode];
  const { leader } = facts.view;
  return [
    ["version", ZOOKEEPER_VERSION],
    ["server_state", mode],
    ...(peerState === null ? [] : [["peer_state", peerState] as const]),
    ...(mode === "observer" && leader !== null ? [["observer_master_id", leader] as const] : []),
  ];
}

/** Ours: the digest is equal on all members that have applied up to the same zxid. */
function own({ view, machine }: ServerFacts): readonly MonitorValue[] {
  const details = Object.entries(view.details).flatMap(([name, value]): MonitorValue[] =>
    value === null ? [] : [[name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), `${value}`]],
  );
  return [
    ["last_zxid", `0x${machine.lastZxid.toString(16)}`],
    ["tree_digest", machine.tree.digest],
    ["role", view.role],
    ["epoch", view.term],
    ...details,
  ];
}

function valuesOf(family: Family): readonly MonitorValue[] {
  const { name } = family;
  switch (family.kind) {
    case "counter":
    case "gauge":
      return family.samples.map(({ value }) => [
        name,
        name.startsWith("avg_") ? new Decimal(value) : value,
      ]);
    case "summary":
      return summaryValues(family);
    case "histogram":
      return []; // ZooKeeper has none
  }
}

/** The quantiles that ZooKeeper tells of what is looked at closely. */
const CLOSE_QUANTILES: ReadonlyMap<string, number> = new Map([
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p999", 0.999],
]);

function summaryValues({
  name,
  summary,
}: Extract<Family, { kind: "summary" }>): readonly MonitorValue[] {
  const { tally, detail } = summary;
  const basic: readonly MonitorValue[] = [
    [`avg_${name}`, new Decimal(tally.average)],
    [`min_${name}`, Math.round(tally.min)],
    [`max_${name}`, Math.round(tally.max)],
    [`cnt_${name}`, tally.count],
    [`sum_${name}`, Math.round(tally.sum)],
  ];
  if (detail === "basic") return basic;
  const values = summary.valuesAt([...CLOSE_QUANTILES.values()]);
  const close = [...CLOSE_QUANTILES.keys()].map((quantile, i): MonitorValue => [
    `${quantile}_${name}`,
    Math.round(values[i] || 0),
  ]);
  return [...basic, ...close];
}
