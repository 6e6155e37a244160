import { connect, op, type EtcdClient } from "@quorate/kv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";

const SECONDS = 1000;

let cluster: RealCluster;
let client: EtcdClient;

beforeAll(async () => {
  cluster = await RealCluster.start(1, {
    flags: [
      "--quota-backend-bytes=50000",
      "--max-txn-ops=2",
      "--max-request-bytes=30000",
      "--auto-compaction-retention=500ms",
    ],
  });
  client = connect({ endpoints: cluster.endpoints });
}, 60 * SECONDS);

afterAll(async () => {
  client.close();
  await cluster.close();
});

test("a transaction and a request may be no larger than the flags say", async () => {
  const many = ["a", "b", "c"].map((key) => op.put(key, "1"));
  await expect(
    client
      .txn()
      .do(...many)
      .commit(),
  ).rejects.toMatchObject({ reason: "tooManyOps" });
  await client
    .txn()
    .do(...many.slice(1))
    .commit();
  await expect(client.put("a", Buffer.alloc(30_000))).rejects.toMatchObject({
    reason: "requestTooLarge",
  });
  await client.put("a", Buffer.alloc(29_000));
});

test("history goes by itself when the time is over", { timeout: 30 * SECONDS }, async () => {
  const { revision } = await client.put("old", "1");
  await client.put("old", "2");
  await expect
    .poll(
      async () => {
        // The revision has to go on for the one before to be old.
        await client.put("clock", "x");
        return client.get("old", { revision }).then(
          (found) => found?.version,
          (error: { reason?: string }) => error.reason,
        );
      },
      { timeout: 20 * SECONDS },
    )
    .toBe("compacted");
  expect((await client.get("old"))?.version).toBe(2);
});

test("keys take no more room than the quota", async () => {
  const large = Buffer.alloc(20_000);
  await expect(
    (async () => {
      for (let i = 0; i < 5; i++) await client.put(`large${i}`, large);
    })(),
  ).rejects.toMatchObject({ reason: "noSpace" });
  await expect
    .poll(() => client.maintenance.alarms(), { timeout: 20 * SECONDS })
    .toMatchObject([{ alarm: "noSpace" }]);
});
