import { runSimulation } from "@quorate/core/testing/sim";
import { describe, expect, test } from "vitest";
import { simulatedRaft } from "../../src/testing/index.ts";

/**
 * Seeds that once found a bug. What they run changes with every change of the simulator, so each bug
 * has a test of its own besides.
 */
const REGRESSIONS = [14, 68, 78, 89, 91, 130, 303];

/** A sample for every run of the tests; `quorate simulate` sweeps hundreds. */
const SAMPLE = Array.from({ length: 12 }, (_, i) => i + 1);

describe.each([...SAMPLE, ...REGRESSIONS])("seed %i", (seed) => {
  test("breaks no invariant and comes back to life", () => {
    const report = runSimulation({ protocol: simulatedRaft, seed });
    expect(report.violations).toEqual([]);
    expect(report.virtualSeconds).toBeGreaterThanOrEqual(60);
    expect(report.crashes).toBeGreaterThanOrEqual(2);
    expect(report.leaders).toBeGreaterThanOrEqual(2);
  });
});

test("leadership is handed over now and again", () => {
  const reports = [1, 2, 3, 4].map((seed) => runSimulation({ protocol: simulatedRaft, seed }));
  expect(Math.max(...reports.map((report) => report.transfers))).toBeGreaterThan(0);
});

test("a seed run twice gives the same trace", () => {
  const hashes = [1, 2].map(() => runSimulation({ protocol: simulatedRaft, seed: 5 }).traceHash);
  expect(hashes[0]).toBe(hashes[1]);
});
