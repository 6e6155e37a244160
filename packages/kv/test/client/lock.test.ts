import { afterEach, describe, expect, test } from "vitest";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { allKeys } from "../../src/client/key-range.ts";
import { LeaseLostError } from "../../src/client/lease-lost-error.ts";
import type { Lock } from "../../src/client/lock.ts";
import { startEnsemble } from "../../src/compose/ensemble/etcd/start-ensemble.ts";
import type { ManualEnsemble } from "../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { failure } from "./failure.ts";

let ensemble: ManualEnsemble;
afterEach(() => ensemble.close());

async function started(members = 1): Promise<readonly [EtcdClient, EtcdClient, EtcdClient]> {
  ensemble = await startEnsemble({ members, clock: "manual" });
  return [ensemble.client(), ensemble.client(), ensemble.client()];
}

const until = <T>(promise: Promise<T>): Promise<T> => ensemble.until(promise);

/** What a promise that may not be settled yet is settled to. */
function seen<T>(promise: Promise<T>): { value: T | null } {
  const box: { value: T | null } = { value: null };
  void promise.then((value) => (box.value = value));
  return box;
}

const keys = async (client: EtcdClient): Promise<readonly string[]> =>
  (await until(client.getAll(allKeys))).kvs.map((kv) => kv.keyText);

describe("a lock", () => {
  test("is a key under the lease, as etcd's own clients make it", async () => {
    const [client] = await started();
    const lock = await until(client.lock("job"));
    const key = Buffer.from(lock.key).toString();
    expect(key).toBe(`job/${lock.lease.id.toString(16)}`);
    expect(await until(client.get(key))).toMatchObject({
      createRevision: lock.fencingToken,
      lease: lock.lease.id,
    });
    expect(lock.lease.ttlSeconds).toBe(30);
    await until(lock.release());
    expect(await keys(client)).toEqual([]);
    expect(await until(client.leases.list())).toEqual([]);
    expect(lock.lost.aborted).toBe(true);
  });

  test("goes to those who wait in the order in which they came, each with a greater token", async () => {
    const [first, second, third] = await started();
    const held = await until(first.lock("job"));
    const waiting = [seen(second.lock("job"))];
    await ensemble.advance(10);
    waiting.push(seen(third.lock("job")));
    await ensemble.advance(60_000);
    expect(waiting.map(({ value }) => value)).toEqual([null, null]);
    let last: Lock = held;
    for (const next of waiting) {
      await until(last.release());
      await ensemble.advance(10);
      const lock = next.value;
      if (lock === null) throw new Error("the lock was free");
      expect(lock.fencingToken).toBeGreaterThan(last.fencingToken);
      last = lock;
    }
    // The name of one is not that of all that begin like it.
    expect(await until(first.tryLock("jo"))).not.toBe(null);
  });

  test("outlives its holder's process by its lease", async () => {
    const [holder, other] = await started();
    const held = await until(holder.lock("job", { ttlSeconds: 10 }));
    const next = seen(other.lock("job"));
    await ensemble.advance(60_000);
    expect([held.lost.aborted, next.value]).toEqual([false, null]);
    holder.close();
    expect(held.lost.aborted).toBe(true);
    await ensemble.advance(5000);
    expect(next.value).toBe(null);
    await ensemble.advance(10_000);
    expect(next.value).not.toBe(null);
  });

  test("under a lease that others are held under leaves it when it is released", async () => {
    const [client] = await started();
    const lease = await until(client.lease(20));
    const lock = await until(client.lock("job", { lease }));
    expect(lock.lease).toBe(lease);
    await until(lock.release());
    expect(lease.lost.aborted).toBe(false);
    expect(await keys(client)).toEqual([]);
    // A lock that was released does not take the next one with it.
    const next = await until(client.lock("job", { lease }));
    await until(lock.release());
    expect(await keys(client)).toEqual([Buffer.from(next.key).toString()]);
    await until(lease.revoke());
    expect(next.lost.aborted).toBe(true);
  });

  test("is not had twice under one lease", async () => {
    const [client] = await started();
    const lease = await until(client.lease(20));
    await until(client.lock("job", { lease }));
    await expect(until(client.lock("job", { lease }))).rejects.toThrow(/already/);
    await expect(until(client.tryLock("job", { lease }))).rejects.toThrow(/already/);
    expect(await keys(client)).toHaveLength(1);
    expect(await until(client.lock("other", { lease }))).toBeDefined();
  });

  test("is lost before another one has it, however the holder is cut off", async () => {
    await started(3);
    const [first, ...others] = ensemble.members;
    if (first === undefined) throw new Error("there are three");
    const holder = first.client();
    const other = (others[0] ?? first).client();
    const held = await until(holder.lock("job", { ttlSeconds: 10 }));
    let lostAt = 0;
    held.lost.addEventListener("abort", () => (lostAt = ensemble.now));
    const next = seen(other.lock("job", { ttlSeconds: 10 }));
    await ensemble.advance(7000);
    ensemble.partition([[first], others]);
    let hadAt = 0;
    while (hadAt === 0) {
      await ensemble.advance(10);
      if (next.value !== null) hadAt = ensemble.now;
    }
    expect(lostAt).toBeGreaterThan(7000);
    expect(lostAt).toBeLessThan(hadAt);
    expect(next.value?.fencingToken).toBeGreaterThan(held.fencingToken);
  });

  test("is waited for while members die", async () => {
    const [holder, other] = await started(3);
    const held = await until(holder.lock("job", { ttlSeconds: 20 }));
    const next = seen(other.lock("job"));
    for (const member of ensemble.members) {
      await ensemble.advance(1000);
      member.crash();
      await ensemble.advance(5000);
      await until(member.restart());
      await until(ensemble.untilLed());
    }
    expect([held.lost.aborted, next.value]).toEqual([false, null]);
    await until(held.release());
    await ensemble.advance(10_000);
    expect(next.value).not.toBe(null);
  });
});

describe("one who waits", () => {
  test("may give up, and those behind go on waiting for who is before", async () => {
    const [first, second, third] = await started();
    const held = await until(first.lock("job"));
    const controller = new AbortController();
    const given = second.lock("job", { signal: controller.signal });
    const gone = given.catch((error: unknown) => error);
    await ensemble.advance(10);
    const next = seen(third.lock("job"));
    await ensemble.advance(10);
    expect(await keys(first)).toHaveLength(3);
    controller.abort(new Error("no longer wanted"));
    expect(await until(gone)).toMatchObject({ message: "no longer wanted" });
    await ensemble.advance(1000);
    expect(await keys(first)).toHaveLength(2);
    expect(next.value).toBe(null);
    await until(held.release());
    await ensemble.advance(10);
    expect(next.value).not.toBe(null);
    await expect(second.lock("job", { signal: controller.signal })).rejects.toThrow("no longer");
  });

  test("gives up a place under a lease that goes on", async () => {
    const [first, second] = await started();
    await until(first.lock("job"));
    const lease = await until(second.lease(20));
    const controller = new AbortController();
    const gone = second
      .lock("job", { lease, signal: controller.signal })
      .catch((error: unknown) => error);
    await ensemble.advance(10);
    controller.abort(new Error("no longer wanted"));
    await until(gone);
    await ensemble.advance(1000);
    expect(await keys(first)).toHaveLength(1);
    expect(lease.lost.aborted).toBe(false);
  });

  test("hears when the lease is lost", async () => {
    const [first, second] = await started();
    await until(first.lock("job"));
    const lease = await until(second.lease(20));
    const { signal } = new AbortController();
    const waiting = second.lock("job", { lease, signal }).catch((error: unknown) => error);
    await ensemble.advance(10);
    await until(lease.revoke());
    expect(await until(waiting)).toBeInstanceOf(LeaseLostError);
  });

  test("hears when somebody deletes the place", async () => {
    const [first, second, third] = await started();
    const held = await until(first.lock("job"));
    const waiting = failure(second.lock("job"));
    await ensemble.advance(10);
    const places = await keys(first);
    const own = places.find((key) => key !== Buffer.from(held.key).toString());
    await until(third.delete(own ?? ""));
    await until(held.release());
    expect(await until(waiting)).toMatchObject({
      code: "ABORTED",
      message: `somebody deleted the key ${own}`,
    });
  });
});

describe("trying", () => {
  test("takes a lock that is free, and nothing of one that is not", async () => {
    const [first, second] = await started();
    const held = await until(first.tryLock("job"));
    if (held === null) throw new Error("it was free");
    expect(await until(second.tryLock("job"))).toBe(null);
    await ensemble.advance(1000);
    expect(await keys(first)).toEqual([Buffer.from(held.key).toString()]);
    expect(await until(first.leases.list())).toEqual([held.lease.id]);
    await until(held.release());
    const next = await until(second.tryLock("job"));
    expect(next?.fencingToken).toBeGreaterThan(held.fencingToken);
  });
});
