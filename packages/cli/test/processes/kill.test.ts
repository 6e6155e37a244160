import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";
import { Writer } from "./writer.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
/** What a user may see with default timings while a leader is replaced. */
const GAP_MS_MAX = 3_000;
const WRITES_PER_ROUND = 100;

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

async function untilAcknowledged(writer: Writer, count: number): Promise<void> {
  const goal = writer.acknowledged + count;
  while (writer.acknowledged < goal) await pause(10);
}

test(
  `the leader is killed ${ROUNDS} times and comes back; nothing acknowledged is lost`,
  async () => {
    cluster = await RealCluster.start(3);
    const writer = new Writer(cluster.endpoints, "kill/");
    for (let round = 0; round < ROUNDS; round++) {
      await untilAcknowledged(writer, WRITES_PER_ROUND);
      const leader = await cluster.leader();
      await cluster.end(leader, "SIGKILL");
      await untilAcknowledged(writer, WRITES_PER_ROUND);
      cluster.launch(leader);
      await cluster.ready();
    }
    await writer.stop();
    expect(await writer.lost()).toEqual([]);
    expect(new Set(await cluster.hashes()).size).toBe(1);
    expect(writer.longestGapMs).toBeLessThan(GAP_MS_MAX);
  },
  ROUNDS * MINUTE,
);

test(
  "all are killed at once and come back; nothing acknowledged is lost",
  async () => {
    cluster = await RealCluster.start(3);
    const running = cluster;
    const writer = new Writer(cluster.endpoints, "all/");
    const sweeps = Math.max(1, Math.floor(ROUNDS / 4));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      await untilAcknowledged(writer, WRITES_PER_ROUND);
      const members = [...Array(cluster.size).keys()];
      await Promise.all(members.map((index) => running.end(index, "SIGKILL")));
      for (const index of members) cluster.launch(index);
      await cluster.ready();
    }
    await untilAcknowledged(writer, WRITES_PER_ROUND);
    await writer.stop();
    expect(await writer.lost()).toEqual([]);
    expect(new Set(await cluster.hashes()).size).toBe(1);
  },
  ROUNDS * MINUTE,
);

test(
  "a member that is asked to stop ends with exit code 0 and comes back",
  async () => {
    cluster = await RealCluster.start(1);
    const writer = new Writer(cluster.endpoints, "stop/");
    await untilAcknowledged(writer, WRITES_PER_ROUND);
    expect(await cluster.end(0, "SIGTERM")).toBe(0);
    cluster.launch(0);
    await cluster.ready();
    await writer.stop();
    expect(await writer.lost()).toEqual([]);
  },
  MINUTE,
);
