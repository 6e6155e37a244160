import { describe, expect, test } from "vitest";
import { formatSimTrace, runSimulation, SimCluster } from "../../../src/testing/sim/index.ts";
import { loneProtocol } from "./lone-protocol.ts";

// A checkpoint is never asked for: the least protocol takes no snapshots.
const settings = { members: 1, checkpointEntries: 1_000_000 };

describe("a simulation of one member", () => {
  test.each([1, 2, 3, 4])("seed %i meets its goals and breaks nothing", (seed) => {
    const report = runSimulation({ protocol: loneProtocol(), seed, settings });
    expect(report.violations).toEqual([]);
    expect(report.virtualSeconds).toBeGreaterThanOrEqual(60);
    expect(report.acknowledged).toBeGreaterThanOrEqual(200);
    expect(report.crashes).toBeGreaterThanOrEqual(2);
    expect(report.leaders).toBeGreaterThanOrEqual(2);
  });

  test("run twice is the same, watched or not; another seed is another", () => {
    const lines: string[] = [];
    const hash = (seed: number, watch: boolean): string =>
      runSimulation({
        protocol: loneProtocol(),
        seed,
        settings,
        ...(watch ? { onTrace: (trace) => void lines.push(formatSimTrace(trace)) } : {}),
      }).traceHash;
    expect(hash(7, false)).toBe(hash(7, true));
    expect(hash(8, false)).not.toBe(hash(7, false));
    expect(lines.some((line) => line.includes("crash"))).toBe(true);
    expect(lines.some((line) => line.includes("< persist"))).toBe(true);
  });

  test.each([
    ["commits before the disk", "committed-durable"],
    ["forgets its term", "monotonic"],
    ["reads too soon", "read-freshness"],
  ] as const)("that %s is found", (flaw, checker) => {
    const protocol = loneProtocol(flaw);
    const reports = [1, 2, 3, 4].map((seed) => runSimulation({ protocol, seed, settings }));
    const found = reports.flatMap((report) => report.violations);
    expect(found.map((violation) => violation.checker)).toContain(checker);
  });
});

describe("a cluster driven by hand", () => {
  const started = (): SimCluster<never> => {
    const cluster = new SimCluster({ protocol: loneProtocol(), settings: { members: 1 } });
    cluster.run(1000);
    return cluster;
  };

  test("writes and reads", () => {
    const cluster = started();
    expect(cluster.leader()).toBe("n1");
    const write = cluster.propose("n1", { register: 3, value: 7 });
    expect(write.answer).toBeNull();
    cluster.run(100);
    expect(write.answer).toMatchObject({ kind: "done", result: 7 });
    const read = cluster.read("n1", 3);
    cluster.run(100);
    expect(read.answer).toEqual({ kind: "done", value: 7 });
    expect(cluster.violations).toEqual([]);
  });

  test("keeps what was acknowledged through a crash, and forgets what was not begun", () => {
    const cluster = started();
    const write = cluster.propose("n1", { register: 0, value: 1 });
    cluster.run(100);
    expect(write.answer?.kind).toBe("done");
    cluster.crash("n1");
    expect([cluster.isUp("n1"), cluster.leader(), cluster.digest("n1")]).toEqual([
      false,
      null,
      null,
    ]);
    expect(cluster.propose("n1", { register: 0, value: 2 }).answer?.kind).toBe("failed");
    cluster.restart("n1");
    cluster.run(1000);
    const read = cluster.read("n1", 0);
    cluster.run(100);
    expect(read.answer).toEqual({ kind: "done", value: 1 });
    expect(cluster.view("n1")?.term).toBe(2);
  });

  test("lets nothing happen in a member that is paused", () => {
    const cluster = started();
    cluster.pause("n1");
    const write = cluster.propose("n1", { register: 0, value: 1 });
    cluster.run(10_000);
    expect(write.answer).toBeNull();
    cluster.resume("n1");
    cluster.run(100);
    expect(write.answer?.kind).toBe("done");
  });

  test("answers no write while the disk stalls", () => {
    const cluster = started();
    cluster.stallDisk("n1");
    const write = cluster.propose("n1", { register: 0, value: 1 });
    cluster.run(5000);
    expect(write.answer).toBeNull();
    cluster.resumeDisk("n1");
    cluster.run(100);
    expect(write.answer?.kind).toBe("done");
  });

  test("hands leadership over", () => {
    const cluster = started();
    const transfer = cluster.transfer("n1", "n1");
    expect(transfer.answer).toBeNull();
    cluster.run(100);
    expect(transfer.answer).toEqual({ kind: "done" });
    cluster.crash("n1");
    expect(cluster.transfer("n1", "n1").answer?.kind).toBe("failed");
    expect(cluster.violations).toEqual([]);
  });

  test("refuses names that it does not know", () => {
    expect(() => started().crash("n9")).toThrow("there is no member n9");
  });
});
