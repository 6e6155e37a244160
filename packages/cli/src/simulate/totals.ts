import { createHash } from "node:crypto";
import type { SeedResult } from "./seed-result.ts";

/** What a run should at least have gone through to say something. */
const GOALS = { virtualSeconds: 60, acknowledged: 200, crashes: 2, leaders: 2 } as const;

/** The sums over many seeds. */
export interface Totals {
  readonly seeds: number;
  readonly virtualSeconds: number;
  readonly steps: number;
  readonly acknowledged: number;
  readonly crashes: number;
  readonly leaders: number;
  readonly transfers: number;
  readonly installs: number;
  readonly checkpoints: number;
  readonly violations: number;
  /** Seeds without a violation that saw less than a run should see. */
  readonly tooQuiet: readonly number[];
  /** Of all seeds in order: equal on every machine. */
  readonly traceHash: string;
}

/** Adds up; the results may come in any order. */
export function totalsOf(results: readonly SeedResult[]): Totals {
  const inOrder = results.toSorted((a, b) => a.seed - b.seed);
  const sum = (value: (result: SeedResult) => number): number =>
    inOrder.reduce((total, result) => total + value(result), 0);
  const hash = createHash("sha256");
  for (const { seed, traceHash } of inOrder) hash.update(`${seed} ${traceHash}\n`);
  return {
    seeds: inOrder.length,
    virtualSeconds: sum((result) => result.virtualSeconds),
    steps: sum((result) => result.steps),
    acknowledged: sum((result) => result.acknowledged),
    crashes: sum((result) => result.crashes),
    leaders: sum((result) => result.leaders),
    transfers: sum((result) => result.transfers),
    installs: sum((result) => result.installs),
    checkpoints: sum((result) => result.checkpoints),
    violations: sum((result) => result.violations.length),
    tooQuiet: inOrder.filter(isTooQuiet).map((result) => result.seed),
    traceHash: hash.digest("hex").slice(0, 16),
  };
}

function isTooQuiet(result: SeedResult): boolean {
  if (result.violations.length > 0) return false;
  return Object.entries(GOALS).some(([what, least]) => result[what as keyof typeof GOALS] < least);
}
