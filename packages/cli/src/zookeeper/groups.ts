import type { WeightedRule, WeightedVoter } from "@quorate/core";
import type { Findings } from "./findings.ts";
import { parseNumber, type Server } from "./servers.ts";
import type { Setting } from "./zoo-properties.ts";

/** A configuration carries weights in 32 bits. */
const WEIGHT_MAX = 0xffff_ffff;
const WEIGHT_DEFAULT = 1;

interface Group {
  readonly number: number;
  readonly at: string;
  readonly sids: readonly number[];
}

/**
 * Reads the group and weight lines as ZooKeeper's hierarchical quorums: null when there are none.
 * A wrong one must never be guessed at, for it decides who decides.
 */
export function readGroups(
  lines: readonly Setting[],
  servers: readonly Server[],
  findings: Findings,
): WeightedRule | null {
  const weights = readWeights(lines, servers, findings);
  const groups = readGroupLines(lines, servers, findings);
  if (groups.length === 0 && weights.size === 0) return null;
  checkMembership(groups, servers, findings);
  const voters = groups.map(({ sids }) =>
    sids.map((sid): WeightedVoter => ({
      id: String(sid),
      weight: weights.get(sid) ?? WEIGHT_DEFAULT,
    })),
  );
  const [first] = groups;
  if (first && voters.flat().every(({ weight }) => weight === 0)) {
    findings.problems.push(
      `${first.at}: all weights are 0, so that nobody decides: give at least one server a weight`,
    );
  }
  return { kind: "weighted", groups: voters };
}

function readGroupLines(
  lines: readonly Setting[],
  servers: readonly Server[],
  { problems }: Findings,
): readonly Group[] {
  const groups = new Map<number, Group>();
  for (const { key, value, at } of lines) {
    if (!key.startsWith("group")) continue;
    const number = parseNumber(/^group\.(.*)$/.exec(key)?.[1] ?? "");
    if (number === null) {
      problems.push(`${at}: ${key} has no number: write group.1, group.2, …`);
      continue;
    }
    const earlier = groups.get(number);
    if (earlier) {
      problems.push(
        `${at}: group ${number} stands in ${earlier.at} too: write all its servers into one line`,
      );
      continue;
    }
    const sids: number[] = [];
    for (const text of value.split(":")) {
      const sid = parseNumber(text.trim());
      const why = sid === null ? `"${text}" is not a server's number` : voterProblem(sid, servers);
      if (why !== null) problems.push(`${at}: ${key}: ${why}: write group.${number}=1:2:3`);
      else if (sid !== null) sids.push(sid);
    }
    groups.set(number, { number, at, sids });
  }
  return [...groups.values()].sort((a, b) => a.number - b.number);
}

function readWeights(
  lines: readonly Setting[],
  servers: readonly Server[],
  { problems }: Findings,
): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const { key, value, at } of lines) {
    if (!key.startsWith("weight")) continue;
    const sid = parseNumber(/^weight\.(.*)$/.exec(key)?.[1] ?? "");
    const weight = parseNumber(value);
    if (sid === null) {
      problems.push(`${at}: ${key} has no number: write weight.1, weight.2, …`);
      continue;
    }
    if (weights.has(sid)) {
      problems.push(`${at}: server ${sid} has a weight already: keep one of the lines`);
    }
    const why = voterProblem(sid, servers);
    if (why !== null) problems.push(`${at}: ${key}: ${why}: remove the line`);
    if (weight === null || weight > WEIGHT_MAX) {
      problems.push(`${at}: ${key}: "${value}" is not a whole number from 0 to ${WEIGHT_MAX}`);
    }
    weights.set(sid, weight ?? WEIGHT_DEFAULT);
  }
  return weights;
}

/** Every voter must be in exactly one group. */
function checkMembership(
  groups: readonly Group[],
  servers: readonly Server[],
  { problems }: Findings,
): void {
  const groupOf = new Map<number, Group>();
  for (const group of groups) {
    for (const sid of group.sids) {
      const other = groupOf.get(sid);
      if (other) {
        problems.push(
          `${group.at}: server ${sid} is in group ${other.number} (${other.at}) too: keep it in one`,
        );
      }
      groupOf.set(sid, group);
    }
  }
  for (const { sid, key, at, line } of servers) {
    if (line.role === "observer" || groupOf.has(sid)) continue;
    problems.push(
      `${at}: ${key} is in no group: where there are groups or weights, every voter is in one`,
    );
  }
}

function voterProblem(sid: number, servers: readonly Server[]): string | null {
  const server = servers.find((one) => one.sid === sid);
  if (!server) return `there is no server.${sid}`;
  return server.line.role === "observer" ? `server ${sid} is an observer, which has no vote` : null;
}
