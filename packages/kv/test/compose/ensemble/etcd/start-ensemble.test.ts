import { createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connect } from "../../../../src/client/index.ts";
import type { EnsembleMember } from "../../../../src/compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { EnsembleOptions } from "../../../../src/compose/ensemble/etcd/etcd-ensemble-options.ts";
import type {
  Ensemble,
  ManualEnsemble,
} from "../../../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../../../src/compose/ensemble/etcd/start-ensemble.ts";
import { etcdctl, hasEtcdctl } from "../../etcdctl.ts";
import { keptInMemory } from "../kept-in-memory.ts";
import { resources } from "../resources.ts";

/** Seconds, as leases count. */
const TEN_MINUTES = 600;

type Members = readonly [EnsembleMember, EnsembleMember, EnsembleMember];

let ensemble: Ensemble | null = null;

afterEach(async () => {
  vi.useRealTimers();
  await ensemble?.close();
  ensemble = null;
});

async function start(options: EnsembleOptions = {}): Promise<Ensemble> {
  ensemble = await startEnsemble(options);
  return ensemble;
}

async function startManual(options: EnsembleOptions = {}): Promise<ManualEnsemble> {
  const manual = await startEnsemble({ ...options, clock: "manual" });
  ensemble = manual;
  return manual;
}

describe("with the real clock", () => {
  test("writes are acknowledged well within a second", async () => {
    const before = performance.now();
    const { members } = await start();
    await members[2]?.client().put("x", "1");
    expect(performance.now() - before).toBeLessThan(1000);
    expect(members.map(({ name }) => name)).toEqual(["m1", "m2", "m3"]);
    expect(new Set(members.map(({ id }) => id)).size).toBe(3);
  });

  test("a leader that crashes is replaced, and comes back", async () => {
    const { members, untilLed } = bound(await start());
    const leader = await untilLed();
    await leader.client().put("x", "1");
    leader.crash();
    const next = await untilLed();
    expect(next).not.toBe(leader);
    await next.client().put("x", "2");
    await leader.restart();
    expect((await leader.client().get("x"))?.text).toBe("2");
    expect(members.map((member) => member.status().state)).toEqual(Array(3).fill("running"));
  });

  test("a leader that stands still is replaced", async () => {
    const { untilLed } = bound(await start());
    const leader = await untilLed();
    leader.pause();
    expect(await untilLed()).not.toBe(leader);
    leader.resume();
  });

  test("a test that fakes the timers does not stop the members", async () => {
    vi.useFakeTimers();
    const { untilLed } = bound(await start());
    const leader = await untilLed();
    await leader.client().put("x", "1");
    leader.crash();
    expect((await (await untilLed()).client().get("x"))?.text).toBe("1");
  });

  test("one member is enough, and so are nine", async () => {
    for (const members of [1, 9]) {
      const { client, close } = bound(await startEnsemble({ members }));
      await client().put("x", "1");
      expect((await client().get("x"))?.text).toBe("1");
      await close();
    }
  });
});

describe("with the manual clock", () => {
  test("a lease of minutes ends in its time, and is not waited for", async () => {
    const manual = await startManual();
    const [first, second, third] = manual.members as Members;
    const { id: lease, ttlSeconds } = await first.client().leases.grant(TEN_MINUTES);
    expect(ttlSeconds).toBe(TEN_MINUTES);
    await second.client().put("x", "1", { lease });
    await manual.advance(1000 * TEN_MINUTES - 1);
    expect((await third.client().get("x"))?.text).toBe("1");
    await manual.advance(1000);
    expect(await third.client().get("x")).toBeNull();
  });

  test("a lease is kept alive in the same time, and watched", async () => {
    const manual = await startManual();
    const [first, second, third] = manual.members as Members;
    const keeper = first.client();
    const lease = await keeper.lease(5);
    await keeper.put("x", "1", { lease });
    const watch = third.client().watch("x");
    await watch.ready;
    await manual.advance(60_000);
    expect((await second.client().get("x"))?.text).toBe("1");
    keeper.close();
    expect(await manual.until(watch.next(), 8_000)).toMatchObject({
      value: { changes: [{ kind: "delete" }] },
    });
    expect(await second.client().get("x")).toBeNull();
  });

  test("requests take no time, and time passes only when it is told to", async () => {
    const manual = await startManual();
    const { now } = manual;
    const client = manual.client();
    for (let i = 0; i < 20; i++) await client.put("x", `${i}`);
    expect(manual.now).toBe(now);
    await manual.advance(1234.5);
    expect(manual.now).toBe(now + 1234.5);
  });

  test("waiting for a promise ends with it, or in time", async () => {
    const manual = await startManual();
    const [one] = manual.members as [EnsembleMember];
    const { now } = manual;
    expect(await manual.until(Promise.resolve("kept"))).toBe("kept");
    await expect(manual.until(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(manual.now).toBe(now);
    one.pause();
    const late = one.client().get("x", { timeoutMillis: 700 });
    await expect(manual.until(late)).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(manual.now).toBe(now + 700);
    await expect(manual.until(new Promise(() => {}))).rejects.toMatchObject({
      code: "ERR_TIMEOUT",
    });
  });

  test("nobody lets time pass behind the end", async () => {
    const manual = await startManual();
    const waiting = expect(manual.members[0]?.client().get("x")).rejects.toMatchObject({
      code: "CANCELLED",
    });
    await manual.close();
    await waiting;
    await expect(manual.advance(1)).rejects.toMatchObject({ code: "ERR_STOPPED" });
    await expect(manual.untilLed()).rejects.toMatchObject({ code: "ERR_STOPPED" });
    await manual.close();
  });
});

describe("listening", () => {
  test("each member has a port of its own, which it keeps over a crash", async () => {
    const { members } = await start({ listen: true });
    const addresses = members.map(({ clientAddress }) => clientAddress ?? "none");
    expect(new Set(addresses).size).toBe(3);
    const [one] = members as [EnsembleMember];
    const client = connect({ endpoints: addresses.slice(0, 1) });
    await client.put("x", "1");
    one.crash();
    await expect(client.put("x", "2")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await one.restart();
    expect(one.clientAddress).toBe(addresses[0]);
    expect((await client.get("x"))?.text).toBe("1");
    client.close();
  });

  test("a member whose port is taken meanwhile stays down until it is free", async () => {
    const { members } = await start({ listen: true });
    const [one] = members as [EnsembleMember];
    one.crash();
    const taker = createServer();
    const port = Number(new URL(one.clientAddress ?? "none").port);
    await new Promise<void>((done) => taker.listen(port, "127.0.0.1", done));
    await expect(one.restart()).rejects.toMatchObject({ code: "ERR_ADDRESS" });
    expect(one.status().state).toBe("down");
    await new Promise((done) => taker.close(done));
    await one.restart();
    expect(one.status().state).toBe("running");
  });

  test("what is under way breaks when the member crashes", async () => {
    const { members } = await start({ listen: true });
    const [one] = members as [EnsembleMember];
    const client = connect({ endpoints: [one.clientAddress ?? "none"] });
    await client.get("x");
    one.pause();
    const broken = expect(client.get("x")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await new Promise((done) => setImmediate(done));
    one.crash();
    await broken;
    client.close();
  });

  test("with the manual clock requests need nobody to let time pass", async () => {
    const { members } = await startManual({ listen: true });
    const client = connect({ endpoints: [members[1]?.clientAddress ?? "none"] });
    await client.put("x", "1");
    expect((await members[0]?.client().get("x"))?.text).toBe("1");
    client.close();
  });

  test.skipIf(!hasEtcdctl)("etcdctl finds all members", { timeout: 20_000 }, async () => {
    const { members } = await start({ listen: true });
    const endpoint = members[0]?.clientAddress ?? "none";
    const { stdout } = await etcdctl(endpoint, ["member", "list"]);
    for (const { id, name, clientAddress } of members) {
      expect(stdout).toContain(
        `${id}, started, ${name}, memory://${name}, ${clientAddress}, false`,
      );
    }
    expect((await etcdctl(endpoint, ["put", "x", "1"])).stdout).toBe("OK\n");
    expect((await members[2]?.client().get("x"))?.text).toBe("1");
  });

  test("nobody listens unless told to", async () => {
    const { members } = await start();
    expect(members.map(({ clientAddress }) => clientAddress)).toEqual([null, null, null]);
  });
});

describe("the end", () => {
  test("leaves no socket and no timer, however many there were", async () => {
    const before = resources();
    for (let i = 0; i < 20; i++) {
      const { members, close } = bound(await startEnsemble({ listen: i % 2 === 0 }));
      await members[i % 3]?.client().put("x", `${i}`);
      if (i % 5 === 0) members[0]?.crash();
      if (i % 5 === 1) members[0]?.pause();
      await close();
    }
    await expect.poll(resources).toEqual(before);
  });

  test("leaves nothing in memory", async () => {
    const kept = await keptInMemory(20, async () => {
      const one = await startEnsemble();
      await one.client().put("x", "1");
      await one.close();
      return one;
    });
    // The newest may still be on the stack.
    expect(kept).toBeLessThanOrEqual(1);
  });
});

test.each<[string, EnsembleOptions, RegExp]>([
  ["no members", { members: 0 }, /^members is 0: give a whole number from 1 to 9/],
  ["too many", { members: 10 }, /^members is 10/],
  ["half a seed", { seed: 0.5 }, /^seed is 0.5/],
  ["a clock of another kind", { clock: "sand" as "real" }, /^clock is sand: give "real" or/],
  ["no entries", { snapshotEntries: 0 }, /^snapshotEntries is 0/],
  ["an election before a heartbeat", { electionMillis: 10, heartbeatMillis: 9 }, /twice the heart/],
])("%s are refused, naming the option", async (_what, options, text) => {
  const started = startEnsemble(options);
  await expect(started).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
  await expect(started).rejects.toThrow(text);
});

/** With methods that can be taken apart. */
function bound(of: Ensemble): Pick<Ensemble, "members" | "untilLed" | "client" | "close"> {
  return {
    members: of.members,
    untilLed: () => of.untilLed(),
    client: () => of.client(),
    close: () => of.close(),
  };
}
