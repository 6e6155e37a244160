import { setTimeout as pause } from "node:timers/promises";
import { connect, EtcdError, type EtcdClient } from "@quorate/kv";
import { afterEach, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

const ROUNDS = Math.max(1, Math.floor(Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2) / 4));
const MINUTE = 60_000;
/** How long the leader is stopped: several elections long. */
const STOPPED_MS = 5_000;
const READ_EVERY_MS = 50;
const READ_TIMEOUT_MS = 20_000;
const KEY = "counter";

/**
 * A read that was queued, the least revision it may see, and which it saw (null: it failed).
 * Revisions, not values: a write that went unanswered may be applied late, and set a value back.
 */
interface QueuedRead {
  readonly least: number;
  readonly seen: Promise<number | null>;
}

let cluster: RealCluster | null = null;
const clients: EtcdClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await cluster?.close();
  cluster = null;
});

function open(endpoint: string, timeoutMs: number): EtcdClient {
  const made = connect({ endpoints: [endpoint], timeoutMillis: timeoutMs });
  clients.push(made);
  return made;
}

async function revisionSeen(reader: EtcdClient): Promise<number | null> {
  try {
    return (await reader.range(KEY)).revision;
  } catch (thrown) {
    if (thrown instanceof EtcdError) return null;
    throw thrown;
  }
}

/** Writes through the members that run, as fast as they acknowledge. */
async function writeOn(
  writers: readonly EtcdClient[],
  until: () => boolean,
  acknowledged: Acknowledged,
): Promise<void> {
  for (let turn = 0; !until();) {
    try {
      const answer = await writers[turn % writers.length]?.put(KEY, "x");
      acknowledged.revision = answer?.revision ?? 0;
      acknowledged.writes++;
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      turn++;
      await pause(10);
    }
  }
}

interface Acknowledged {
  revision: number;
  writes: number;
}

test(
  `a leader that was stopped answers no read with an old value (${ROUNDS} times)`,
  async () => {
    cluster = await RealCluster.start(3);
    for (let round = 0; round < ROUNDS; round++) {
      const leader = await cluster.leader();
      const others = [...Array(cluster.size).keys()].filter((index) => index !== leader);
      const acknowledged: Acknowledged = { revision: 0, writes: 0 };
      const reader = open(cluster.endpoint(leader), READ_TIMEOUT_MS);
      expect(await revisionSeen(reader)).not.toBe(null);

      cluster.signal(leader, "SIGSTOP");
      const stoppedAt = performance.now();
      const reads: QueuedRead[] = [];
      const queue = setInterval(() => {
        reads.push({ least: acknowledged.revision, seen: revisionSeen(reader) });
      }, READ_EVERY_MS);
      const writers = others.map((index) => open(cluster?.endpoint(index) ?? "", 1000));
      await writeOn(writers, () => performance.now() - stoppedAt > STOPPED_MS, acknowledged);
      cluster.signal(leader, "SIGCONT");
      await writeOn(writers, () => performance.now() - stoppedAt > STOPPED_MS + 500, acknowledged);
      clearInterval(queue);

      expect(acknowledged.writes).toBeGreaterThan(10);
      const seen = await Promise.all(
        reads.map(async (read) => ({ least: read.least, revision: await read.seen })),
      );
      expect(seen.filter(({ least, revision }) => revision !== null && revision < least)).toEqual(
        [],
      );
      expect(seen.some(({ revision }) => revision !== null)).toBe(true);
      await cluster.ready();
    }
  },
  2 * ROUNDS * MINUTE,
);
