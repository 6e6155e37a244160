import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/client/connect.ts";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { prefix } from "../../src/client/key-range.ts";
import { op } from "../../src/client/op.ts";
import type { Watch } from "../../src/client/watch.ts";
import type { WatchItem } from "../../src/client/watch-item.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "./real-etcd.ts";

const MINUTE = 60_000;

/** Takes items until one is as wanted; answers all of them. */
async function until(
  watch: Watch,
  wanted: (item: WatchItem) => boolean,
): Promise<readonly WatchItem[]> {
  const items: WatchItem[] = [];
  for await (const item of watch) {
    items.push(item);
    if (wanted(item)) return items;
  }
  throw new Error("the watch ended");
}

const texts = (items: readonly WatchItem[]): readonly string[] =>
  items.flatMap((item) =>
    item.kind === "changes"
      ? item.changes.map(({ kind, kv }) => `${kind} ${kv.keyText} ${kv.text}`)
      : [],
  );

const says = (text: string) => (item: WatchItem) =>
  item.kind === "changes" && item.changes.some(({ kv }) => kv.text === text);

describe.skipIf(!hasEtcd)(`watches of one etcd${SKIPPED}`, { timeout: MINUTE }, () => {
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

  test("hear what happens from when they are ready, and what happened before", async () => {
    const watch = client.watch(prefix("now/"), { prevKv: true });
    const ready = await watch.ready;
    const { revision } = await client.put("now/a", "1");
    expect(revision).toBe(ready);
    await client.put("now/a", "2");
    await client.delete(prefix("now/"));
    await client.put("now/b", "end");
    const heard = await until(watch, says("end"));
    expect(texts(heard)).toEqual(["put now/a 1", "put now/a 2", "delete now/a ", "put now/b end"]);
    expect(heard[2]).toMatchObject({ changes: [{ previous: { text: "2" } }] });
    const replayed = client.watch(prefix("now/"), { fromRevision: revision, only: "puts" });
    expect(texts(await until(replayed, says("end")))).toEqual([
      "put now/a 1",
      "put now/a 2",
      "put now/b end",
    ]);
  });

  test("tell a transaction as one", async () => {
    const watch = client.watch(prefix("txn/"));
    await watch.ready;
    const puts = Array.from({ length: 100 }, (_, i) => op.put(`txn/${i}`, "x"));
    await client
      .txn()
      .do(...puts)
      .commit();
    const { value } = await watch.next();
    expect(texts(value === undefined ? [] : [value])).toHaveLength(100);
    watch.cancel();
  });

  test("put together what comes in pieces", async () => {
    const watch = client.watch(prefix("large/"), { prevKv: true });
    await watch.ready;
    // With what was there before, more than etcd sends in one message.
    const large = "x".repeat(1_000_000);
    for (const value of [large, large, "end"]) {
      await client.txn().do(op.put("large/a", value), op.put("large/b", "y")).commit();
    }
    const heard = await until(watch, says("end"));
    expect(heard.map((item) => (item.kind === "changes" ? item.changes.length : item))).toEqual([
      2, 2, 2,
    ]);
  });

  test("tell of a gap, and what follows it", async () => {
    const { revision: from } = await client.put("gap/a", "1");
    await client.put("gap/a", "2");
    const { revision: compacted } = await client.put("gap/a", "3");
    await client.compact(compacted);
    const watch = client.watch("gap/a", { fromRevision: from });
    expect(await watch.next()).toMatchObject({ value: { kind: "gap", from, compacted } });
    expect((await client.get("gap/a", { revision: compacted }))?.text).toBe("3");
    await client.put("gap/a", "4");
    expect(texts(await until(watch, says("4")))).toEqual(["put gap/a 4"]);
  });

  test("lose nothing when they are read slowly", async () => {
    const watch = client.watch(prefix("slow/"), { bufferBytes: 20_000 });
    const first = await watch.ready;
    const value = "x".repeat(1000);
    let last = 0;
    for (let i = 0; i < 300; i++) last = (await client.put(`slow/${i % 7}`, value)).revision;
    const revisions: number[] = [];
    for await (const item of watch) {
      if (item.kind === "changes") revisions.push(item.revision);
      if (revisions.at(-1) === last) break;
    }
    expect(revisions).toEqual(Array.from({ length: 300 }, (_, i) => first + i));
  });

  test("by the thousand hear each their own", async () => {
    const watches = Array.from({ length: 2000 }, (_, i) => client.watch(`many/${i}`));
    await Promise.all(watches.map((watch) => watch.ready));
    await client
      .txn()
      .do(...Array.from({ length: 100 }, (_, i) => op.put(`many/${i * 20}`, String(i))))
      .commit();
    const heard = await Promise.all(Array.from({ length: 100 }, (_, i) => watches[i * 20]?.next()));
    expect(texts(heard.flatMap((next) => next?.value ?? []))).toEqual(
      Array.from({ length: 100 }, (_, i) => `put many/${i * 20} ${i}`),
    );
    for (const watch of watches) watch.cancel();
  });
});

describe.skipIf(!hasEtcd)(`watches of three etcds${SKIPPED}`, { timeout: 2 * MINUTE }, () => {
  test("hear every revision once, in order, while each server dies in turn", async () => {
    const etcd = await RealEtcd.start(3);
    const client = connect({ endpoints: etcd.endpoints, timeoutMillis: 2000 });
    try {
      const watch = client.watch(prefix("kill/"));
      const first = await watch.ready;
      const stop = new AbortController();
      const writing = (async () => {
        for (let i = 0; !stop.signal.aborted; i++) {
          await client.put(`kill/${i % 5}`, "x").catch(() => null);
        }
      })();
      const killing = (async () => {
        for (const index of etcd.endpoints.keys()) {
          await etcd.kill(index);
          await etcd.restart(index);
        }
        stop.abort();
        await writing;
        return (await client.put("kill/end", "end")).revision;
      })();
      const heard = await until(watch, says("end"));
      const last = await killing;
      // Nobody else writes here: a revision that was not told would be missing.
      expect(heard.flatMap((item) => (item.kind === "changes" ? item.revision : []))).toEqual(
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      );
      expect(heard.filter(({ kind }) => kind === "gap")).toEqual([]);
    } finally {
      client.close();
      await etcd.close();
    }
  });
});
