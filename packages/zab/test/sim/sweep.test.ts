import { runSimulation } from "@quorate/core/testing/sim";
import { describe, expect, test } from "vitest";
import { simulatedZab } from "../../src/testing/index.ts";

/** A sample for every run of the tests; `quorate simulate` sweeps hundreds. */
const SAMPLE = Array.from({ length: 15 }, (_, i) => i + 1);

/**
 * Seeds that once found a bug. What they run changes with every change of the simulator, so each bug
 * has a test of its own besides.
 */
const REGRESSIONS = [155];

describe.each([...SAMPLE, ...REGRESSIONS])("seed %i", (seed) => {
  test("breaks no invariant and comes back to life", () => {
    const report = runSimulation({ protocol: simulatedZab, seed });
    expect(report.violations).toEqual([]);
    expect(report.virtualSeconds).toBeGreaterThanOrEqual(60);
    expect(report.crashes).toBeGreaterThanOrEqual(2);
    expect(report.leaders).toBeGreaterThanOrEqual(2);
  });
});

test("the sample reaches every mode of synchronization, with observers", () => {
  const modes = new Set<string>();
  let observers = 0;
  for (const seed of SAMPLE) {
    const { settings } = runSimulation({
      protocol: simulatedZab,
      seed,
      onTrace: ({ facts }) => {
        const mode = /^synchronized .*mode=(\S+)/.exec(facts)?.[1];
        if (mode !== undefined) modes.add(mode);
      },
    });
    observers += settings.observers;
  }
  expect([...modes].sort()).toEqual(["DIFF", "SNAP", "TRUNC", "TRUNC+DIFF"]);
  expect(observers).toBeGreaterThan(0);
}, 60_000);

test("a seed run twice gives the same trace", () => {
  const hashes = [1, 2].map(() => runSimulation({ protocol: simulatedZab, seed: 5 }).traceHash);
  expect(hashes[0]).toBe(hashes[1]);
});
