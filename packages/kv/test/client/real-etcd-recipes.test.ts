import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/client/connect.ts";
import type { EtcdClient } from "../../src/client/etcd-client.ts";
import { prefix } from "../../src/client/key-range.ts";
import { LeaseLostError } from "../../src/client/lease-lost-error.ts";
import { hasEtcdctl } from "../compose/etcdctl.ts";
import { hasEtcd, RealEtcd, SKIPPED } from "./real-etcd.ts";

const MINUTE = 60_000;
const ETCDCTL = "etcdctl";

/** etcdctl, as it holds a lock or leads until it is told to stop; and its lines as they come. */
class HoldingEtcdctl {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(endpoint: string, ...args: readonly string[]) {
    const environment = { PATH: process.env["PATH"], ETCDCTL_API: "3" };
    this.#child = spawn(ETCDCTL, [`--endpoints=${endpoint}`, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: environment,
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("it has a pipe");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value as string;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    await gone;
  }
}

describe.skipIf(!hasEtcd)(`with one etcd${SKIPPED}`, { timeout: MINUTE }, () => {
  let etcd: RealEtcd;
  let client: EtcdClient;
  let other: EtcdClient;
  const running: HoldingEtcdctl[] = [];

  beforeAll(async () => {
    etcd = await RealEtcd.start();
    [client, other] = [
      connect({ endpoints: etcd.endpoints }),
      connect({ endpoints: etcd.endpoints }),
    ];
  }, MINUTE);
  afterEach(async () => {
    for (const started of running.splice(0)) await started.stop();
  });
  afterAll(async () => {
    client.close();
    other.close();
    await etcd.close();
  });

  function etcdctl(...args: readonly string[]): HoldingEtcdctl {
    const started = new HoldingEtcdctl(etcd.endpoints[0] ?? "", ...args);
    running.push(started);
    return started;
  }

  test("a lease lives beyond its time while it is kept, and its keys end with it", async () => {
    const lease = await client.lease(1);
    // Nobody keeps this one, which is longer.
    const clock = await client.leases.grant(lease.ttlSeconds + 2);
    const watch = client.watch(prefix("lease/"), { only: "deletes" });
    await watch.ready;
    await client.put("lease/kept", "x", { lease });
    await client.put("lease/clock", "x", { lease: clock });
    expect(await client.leases.timeToLive(lease.id, { keys: true })).toMatchObject({
      grantedSeconds: lease.ttlSeconds,
      keys: [Uint8Array.from(Buffer.from("lease/kept"))],
    });
    expect(await client.leases.list()).toContain(lease.id);
    expect((await watch.next()).value).toMatchObject({
      changes: [{ kv: { keyText: "lease/clock" } }],
    });
    expect(lease.lost.aborted).toBe(false);
    await lease.revoke();
    expect((await watch.next()).value).toMatchObject({
      changes: [{ kv: { keyText: "lease/kept" } }],
    });
    expect(await client.leases.timeToLive(lease.id)).toBe(null);
    watch.cancel();
  });

  test("a lease that somebody revokes is lost", async () => {
    const lease = await client.lease(3);
    const lost = once(lease.lost, "abort");
    await other.leases.revoke(lease.id);
    await lost;
    expect(lease.lost.reason).toMatchObject({ why: "unknown to the server" });
  });

  test("a lease is lost when the server falls silent", async () => {
    const alone = await RealEtcd.start();
    const lonely = connect({ endpoints: alone.endpoints });
    try {
      const lease = await lonely.lease(2);
      const lost = once(lease.lost, "abort");
      const since = performance.now();
      alone.signal(0, "SIGSTOP");
      await lost;
      expect(lease.lost.reason).toBeInstanceOf(LeaseLostError);
      expect(lease.lost.reason).toMatchObject({ why: "expired" });
      expect(performance.now() - since).toBeLessThan(2100);
    } finally {
      alone.signal(0, "SIGCONT");
      lonely.close();
      await alone.close();
    }
  });

  test("a lock goes round among many, one at a time, with ever greater tokens", async () => {
    let holders = 0;
    const tokens: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const lock = await (i % 2 === 0 ? client : other).lock("round", { ttlSeconds: 10 });
        expect(++holders).toBe(1);
        tokens.push(lock.fencingToken);
        await client.put("round-work", String(i));
        holders--;
        await lock.release();
      }),
    );
    expect(tokens).toHaveLength(20);
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(await client.count(prefix("round/"))).toBe(0);
  });

  test.skipIf(!hasEtcdctl)("etcdctl waits for our lock, and we for that of etcdctl", async () => {
    const ours = await client.lock("shared");
    const theirs = etcdctl("lock", "shared");
    const watch = client.watch(prefix("shared/"), { only: "puts" });
    await watch.ready;
    // Its place in the queue, unless it had that before the watch.
    if ((await client.count(prefix("shared/"))) < 2) await watch.next();
    watch.cancel();
    expect(await client.tryLock("shared")).toBe(null);
    const next = other.lock("shared");
    await ours.release();
    expect(await theirs.line()).toMatch(/^shared\/[0-9a-f]+$/);
    await theirs.stop();
    const lock = await next;
    expect(lock.fencingToken).toBeGreaterThan(ours.fencingToken);
    await lock.release();
  });

  test.skipIf(!hasEtcdctl)("etcdctl and we lead in turn, and observe one another", async () => {
    const election = client.election("board");
    const leaders = other.election("board").observe();
    expect((await leaders.next()).value).toBe(null);
    const ours = await election.campaign("ours");
    expect((await leaders.next()).value).toMatchObject({ text: "ours" });
    const theirs = etcdctl("elect", "board", "theirs");
    const listening = etcdctl("elect", "-l", "board");
    expect([await listening.line(), await listening.line()].at(-1)).toBe("ours");
    while ((await client.count(prefix("board/"))) < 2);
    await ours.proclaim("ours still");
    expect((await leaders.next()).value).toMatchObject({ text: "ours still" });
    expect([await listening.line(), await listening.line()].at(-1)).toBe("ours still");
    await ours.resign();
    expect([await theirs.line(), await theirs.line()].at(-1)).toBe("theirs");
    expect((await leaders.next()).value).toMatchObject({ text: "theirs" });
    expect(await election.leader()).toMatchObject({ text: "theirs" });
    await theirs.stop();
    expect((await leaders.next()).value).toBe(null);
    await leaders.return();
  });

  test("services come and go", async () => {
    const sets = other.registry().watch("mail");
    expect((await sets.next()).value).toEqual([]);
    const registration = await client.registry().register("mail", "a", { port: 25 });
    expect((await sets.next()).value).toMatchObject([{ name: "a", metadata: { port: 25 } }]);
    await registration.withdraw();
    expect((await sets.next()).value).toEqual([]);
    await sets.return();
  });
});

describe.skipIf(!hasEtcd)(`with three etcds${SKIPPED}`, { timeout: 2 * MINUTE }, () => {
  test("a lock is held, and waited for, while each server dies in turn", async () => {
    const etcd = await RealEtcd.start(3);
    const timeoutMillis = 30_000;
    const client = connect({ endpoints: etcd.endpoints, timeoutMillis });
    const other = connect({ endpoints: etcd.endpoints.toReversed(), timeoutMillis });
    try {
      const lock = await client.lock("job", { ttlSeconds: 20 });
      let isHad = false;
      const next = other.lock("job", { ttlSeconds: 10 }).then((had) => {
        isHad = true;
        return had;
      });
      for (const index of etcd.endpoints.keys()) {
        await etcd.kill(index);
        await etcd.restart(index);
      }
      expect([lock.lost.aborted, isHad]).toEqual([false, false]);
      await lock.release();
      expect((await next).fencingToken).toBeGreaterThan(lock.fencingToken);
    } finally {
      client.close();
      other.close();
      await etcd.close();
    }
  });
});
