import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare } from "../../src/client/compare.ts";
import { connect } from "../../src/client/connect.ts";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { prefix } from "../../src/client/key-range.ts";
import { op } from "../../src/client/op.ts";
import { failure } from "./failure.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "./real-etcd.ts";

const MINUTE = 60_000;

describe.skipIf(!hasEtcd)(`one etcd${SKIPPED}`, { timeout: MINUTE }, () => {
  let etcd: RealEtcd;
  let client: EtcdClient;

  beforeAll(async () => {
    etcd = await RealEtcd.start();
    client = connect({ endpoints: etcd.endpoints });
  }, MINUTE);

  afterAll(async () => {
    client.close();
    await etcd.close();
  });

  test("keeps keys and their history", async () => {
    const first = await client.put("kv/a", "1");
    const second = await client.put("kv/a", "2", { prevKv: true });
    expect(second.revision).toBe(first.revision + 1);
    expect(second.previous?.text).toBe("1");
    expect(await client.get("kv/a")).toMatchObject({ keyText: "kv/a", text: "2", version: 2 });
    expect((await client.get("kv/a", { revision: first.revision }))?.text).toBe("1");
    expect(await client.delete("kv/a", { prevKv: true })).toMatchObject({
      deleted: 1,
      previous: [{ text: "2" }],
    });
    expect(await client.get("kv/a")).toBe(null);
  });

  test("pages through a range at one revision while it changes", async () => {
    for (let i = 0; i < 7; i++) await client.put(`pages/${i}`, "old");
    const seen: string[] = [];
    for await (const kv of client.iterate(prefix("pages/"), { pageSize: 3 })) {
      seen.push(`${kv.keyText}=${kv.text}`);
      await client.put("pages/6", "new");
      await client.put("pages/7", "new");
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `pages/${i}=old`));
    expect(await client.count(prefix("pages/"))).toBe(8);
    const { kvs } = await client.getAll(prefix("pages/"), { pageSize: 3, keysOnly: true });
    expect(kvs.map((kv) => kv.keyText)).toEqual(Array.from({ length: 8 }, (_, i) => `pages/${i}`));
  });

  test("makes transactions, one within another", async () => {
    const claim = client
      .txn()
      .if(compare("txn/a").version.equals(0))
      .do(op.put("txn/a", "mine"), client.txn().do(op.get("txn/a")))
      .else(op.get("txn/a"));
    const first = await claim.commit();
    if (!first.succeeded) throw new Error("nobody else was there");
    expect(first.results[0].revision).toBe(first.revision);
    expect(first.results[1]).toMatchObject({ succeeded: true, results: [{ text: "mine" }] });
    expect(await claim.commit()).toMatchObject({ succeeded: false, results: [{ text: "mine" }] });
  });

  test("refuses with its own codes and texts", async () => {
    expect(await failure(client.put("", "x"))).toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "emptyKey",
      maybeApplied: false,
    });
    expect((await failure(client.get("a", { revision: 1_000_000 }))).reason).toBe("futureRevision");
    expect((await failure(client.put("a", "x", { lease: 404n }))).reason).toBe("leaseNotFound");
    const { revision } = await client.put("refused", "x");
    await client.compact(revision);
    expect((await failure(client.get("a", { revision: 1 }))).reason).toBe("compacted");
  });

  test("says how it is", async () => {
    const { maintenance } = client;
    const status = await maintenance.status();
    expect(status.version).toMatch(/^3\./);
    expect(status.leader).toBe(status.header.memberId);
    expect((await maintenance.memberList()).members).toMatchObject([
      { id: status.leader, name: "etcd1", clientUrls: etcd.endpoints },
    ]);
    await client.put("hash", "x");
    const { hash, header } = await maintenance.hashKv();
    expect((await maintenance.hashKv({ revision: header.revision })).hash).toBe(hash);
    expect(await maintenance.alarms()).toEqual([]);
    expect(await maintenance.disarm({ memberId: 0n, alarm: null })).toEqual([]);
    await maintenance.defragment();
    expect((await failure(maintenance.moveLeader(404n))).code).toBe("FAILED_PRECONDITION");
  });

  test("gives a snapshot that is whole", async () => {
    await client.put("snapshot", "x".repeat(1_000_000));
    let remaining = Number.POSITIVE_INFINITY;
    const chunks: Uint8Array[] = [];
    for await (const { remainingBytes, blob } of client.maintenance.snapshot()) {
      expect(remainingBytes).toBeLessThanOrEqual(remaining);
      remaining = remainingBytes;
      chunks.push(blob);
    }
    const all = Buffer.concat(chunks);
    const [data, sum] = [all.subarray(0, -32), all.subarray(-32)];
    expect(data.length).toBeGreaterThan(1_000_000);
    expect(sum).toEqual(createHash("sha256").update(data).digest());
  });
});

describe.skipIf(!hasEtcd)(`three etcds${SKIPPED}`, { timeout: MINUTE }, () => {
  test("serve a client while each of them is down in turn", async () => {
    const etcd = await RealEtcd.start(3);
    const client = connect({ endpoints: etcd.endpoints });
    try {
      for (const index of etcd.endpoints.keys()) {
        await client.put("turn", String(index));
        await etcd.kill(index);
        // The leader may have gone, and the others take their time to choose another.
        for (;;) {
          const kv = await client.get("turn").catch(() => null);
          if (kv !== null) {
            expect(kv.text).toBe(String(index));
            break;
          }
        }
        await etcd.restart(index);
      }
    } finally {
      client.close();
      await etcd.close();
    }
  });
});
