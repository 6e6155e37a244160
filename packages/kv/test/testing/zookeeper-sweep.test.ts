import { describe, expect, test } from "vitest";
import { runZooKeeperSimulation } from "../../src/testing/index.ts";

/** A sample for every run of the tests; `quorate simulate --service zookeeper` sweeps hundreds. */
const SAMPLE = Array.from({ length: 10 }, (_, i) => i + 1);

/** A member without a leader told a client that its session was over, which lived. */
const FOUND = [6060];

describe.each([...SAMPLE, ...FOUND])("seed %i", (seed) => {
  test("tells no client what is not so, and comes back to life", { timeout: 60_000 }, async () => {
    const report = await runZooKeeperSimulation({ seed });
    expect(report.violations).toEqual([]);
    expect(report.virtualSeconds).toBeGreaterThanOrEqual(60);
    expect(report.acknowledged).toBeGreaterThanOrEqual(200);
    expect(report.crashes).toBeGreaterThanOrEqual(2);
    expect(report.leaders).toBeGreaterThanOrEqual(2);
  });
});

test(
  "a seed run twice gives the same trace, watched or not; another seed another",
  { timeout: 60_000 },
  async () => {
    const hash = async (seed: number, onTrace?: () => void): Promise<string> =>
      (await runZooKeeperSimulation({ seed, ...(onTrace === undefined ? {} : { onTrace }) }))
        .traceHash;
    const first = await hash(5);
    expect(await hash(5, () => {})).toBe(first);
    expect(await hash(6)).not.toBe(first);
  },
);
