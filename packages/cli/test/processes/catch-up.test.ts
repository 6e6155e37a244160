import { connect } from "@quorate/kv";
import { afterEach, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";
import { Writer } from "./writer.ts";

/** `npm run test:chaos` sets it to 20: then a member misses 300,000 writes, with the default settings. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const IN_FULL = ROUNDS >= 20;
const MISSED = IN_FULL ? 300_000 : 4_000;
const SNAPSHOT_COUNT = IN_FULL ? 10_000 : 500;
/** What a leader keeps behind a snapshot for members a little behind. */
const TRAILING = 5_000;
/** A snapshot may wait for so many times its count while it would be large beside the log. */
const CHECKPOINTS_MAX = 10;
const IN_FLIGHT = 64;
const KEYS = 20_000;
const DEADLINE_MS = 15 * 60_000;

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

/** So many puts, many at a time, over keys that come again. */
async function flood(endpoints: readonly string[], count: number): Promise<void> {
  const client = connect({ endpoints, timeoutMillis: 30_000 });
  const value = Buffer.alloc(64, "x");
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      await client.put(`flood/${next++ % KEYS}`, value);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  client.close();
}

/** The newest line of a member's log with this text. */
function logged(log: string, text: string): Record<string, unknown> | undefined {
  const records = log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return records.findLast((record) => record["msg"] === text);
}

test(
  `a member that missed ${MISSED} writes comes back through a snapshot while writes go on`,
  async () => {
    cluster = await RealCluster.start(3, { flags: [`--snapshot-count=${SNAPSHOT_COUNT}`] });
    const leader = await cluster.leader();
    const absent = (leader + 1) % cluster.size;
    const others = cluster.endpoints.filter((_, index) => index !== absent);
    await cluster.end(absent, "SIGKILL");
    // More than the trailing entries, so that the log alone cannot bring it back.
    await flood(others, Math.max(MISSED, 2 * TRAILING));
    const writer = new Writer(others, "meanwhile/");
    cluster.launch(absent);
    await cluster.ready();
    await writer.stop();
    expect(logged(cluster.log(absent), "snapshot-installed")).toBeDefined();
    expect(await writer.lost()).toEqual([]);
    expect(new Set(await cluster.hashes()).size).toBe(1);

    for (let index = 0; index < cluster.size; index++) {
      await cluster.end(index, "SIGKILL");
      cluster.launch(index);
      await cluster.ready();
      const { entries } = logged(cluster.log(index), "read the disk") ?? {};
      expect(entries).toBeGreaterThanOrEqual(0);
      expect(entries).toBeLessThanOrEqual(TRAILING + (CHECKPOINTS_MAX + 1) * SNAPSHOT_COUNT);
    }
    expect(new Set(await cluster.hashes()).size).toBe(1);
  },
  DEADLINE_MS,
);
