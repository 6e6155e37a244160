import { connect, EtcdError, prefix, type EtcdClient } from "@quorate/kv";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;

/** Its keys may outlive a lease by so much, and by so much more for every change of leader. */
const LATE_MILLIS_MAX = 1_000;
const LATE_MILLIS_PER_CHANGE_MAX = 2 * 1_000;

const KEPT = 10;
const ORPHANS_PER_ROUND = 10;
const ORPHAN_SECONDS = [2, 3, 4, 6, 8];

let cluster: RealCluster | null = null;
let client: EtcdClient | null = null;
afterEach(async () => {
  client?.close();
  await cluster?.close();
  [client, cluster] = [null, null];
});

/** Tries until it is done: nothing here is done twice with harm. */
async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      await pause(20);
    }
  }
}

/** A lease that nobody renews, by this process's clock. */
interface Orphan {
  readonly key: string;
  readonly ttlMillis: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

test(
  `leases end when they should while the leader is killed ${ROUNDS} times: not early, not much later`,
  async () => {
    cluster = await RealCluster.start(3);
    client = connect({ endpoints: cluster.endpoints, timeoutMillis: 2_000 });
    const { leases } = client;
    const keeper = client;
    const killed: number[] = [];
    const orphans: Orphan[] = [];
    const endedAt = new Map<string, number>();
    const watch = client.watch(prefix("orphan/"), { only: "deletes" });
    const watching = (async () => {
      for await (const item of watch) {
        if (item.kind !== "changes") continue;
        for (const { kv } of item.changes) endedAt.set(kv.keyText, performance.now());
      }
    })();
    await watch.ready;
    const kept = await Promise.all(
      Array.from({ length: KEPT }, async (_, i) => {
        const lease = await keeper.lease(8);
        await keeper.put(`kept/${i}`, "", { lease: lease.id });
        return lease;
      }),
    );
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(
        Array.from({ length: ORPHANS_PER_ROUND }, async (_, i) => {
          const key = `orphan/${round}/${i}`;
          const asked = ORPHAN_SECONDS[i % ORPHAN_SECONDS.length] ?? 2;
          const orphan = await insist(async () => {
            const askedAt = performance.now();
            const { id, ttlSeconds } = await leases.grant(asked);
            const ttlMillis = ttlSeconds * 1000;
            const answeredAt = performance.now();
            await keeper.put(key, "", { lease: id });
            return { key, ttlMillis, askedAt, answeredAt };
          });
          orphans.push(orphan);
        }),
      );
      await pause(Math.random() * 2_000);
      const leader = await cluster.leader();
      killed.push(performance.now());
      await cluster.end(leader, "SIGKILL");
      await pause(1_000);
      cluster.launch(leader);
      await cluster.ready();
      expect(kept.filter(({ lost }) => lost.aborted)).toEqual([]);
    }
    const last = Math.max(...ORPHAN_SECONDS) * 1_000 + LATE_MILLIS_MAX;
    const deadline = performance.now() + last + ROUNDS * LATE_MILLIS_PER_CHANGE_MAX;
    while (endedAt.size < orphans.length && performance.now() < deadline) await pause(20);
    const wrong = orphans.flatMap(({ key, ttlMillis, askedAt, answeredAt }) => {
      const ended = endedAt.get(key) ?? Infinity;
      const changes = killed.filter((at) => at > askedAt && at < ended).length;
      const latest =
        answeredAt + ttlMillis + LATE_MILLIS_MAX + changes * LATE_MILLIS_PER_CHANGE_MAX;
      if (ended >= askedAt + ttlMillis && ended <= latest) return [];
      return [
        `${key} ended after ${Math.round(ended - askedAt)} of ${ttlMillis} ms, ${changes} kills`,
      ];
    });
    expect(wrong).toEqual([]);
    expect(await insist(() => keeper.count(prefix("kept/")))).toBe(KEPT);
    watch.cancel();
    await watching;
  },
  ROUNDS * MINUTE,
);
