import { performance } from "node:perf_hooks";
import { createServer } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Timeline } from "../../../../src/compose/ensemble/timeline.ts";
import {
  assembleZooKeeperEnsemble,
  IDEAL_ZOOKEEPER,
} from "../../../../src/compose/ensemble/zookeeper/assemble-zookeeper-ensemble.ts";
import type {
  MemoryZooKeeperMember,
  ZooKeeperEnsembleMember,
} from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble-member.ts";
import {
  zooKeeperEnsembleSettings,
  type ZooKeeperEnsembleOptions,
} from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble-options.ts";
import type {
  ManualZooKeeperEnsemble,
  ZooKeeperEnsemble,
} from "../../../../src/compose/ensemble/zookeeper/zookeeper-ensemble.ts";
import { startZooKeeperEnsemble } from "../../../../src/compose/ensemble/zookeeper/start-zookeeper-ensemble.ts";
import { ERROR, OPCODE } from "../../../../src/zookeeper/codec/index.ts";
import { JuteClient, until } from "../../../zookeeper/server/jute-client.ts";
import { create, frame, getData, OPEN, remove } from "../../../zookeeper/requests.ts";
import { keptInMemory } from "../kept-in-memory.ts";
import { resources } from "../resources.ts";
import { EnsembleClient } from "./ensemble-client.ts";

const EPHEMERAL = 1;
const CONTAINER = 4;
const PERSISTENT_WITH_TTL = 5;

type Members = readonly [ZooKeeperEnsembleMember, ZooKeeperEnsembleMember, ZooKeeperEnsembleMember];

let ensemble: ZooKeeperEnsemble | null = null;
const clients: EnsembleClient[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await ensemble?.close();
  ensemble = null;
});

async function start(options: ZooKeeperEnsembleOptions = {}): Promise<ZooKeeperEnsemble> {
  ensemble = await startZooKeeperEnsemble(options);
  return ensemble;
}

async function startManual(
  options: ZooKeeperEnsembleOptions = {},
): Promise<ManualZooKeeperEnsemble> {
  const manual = await startZooKeeperEnsemble({ ...options, clock: "manual" });
  ensemble = manual;
  return manual;
}

/** A client of that very server, with a session. */
async function clientOf(
  member: ZooKeeperEnsembleMember,
  timeoutMillis?: number,
): Promise<EnsembleClient> {
  const client = await EnsembleClient.open(member, timeoutMillis);
  clients.push(client);
  return client;
}

describe("with the real clock", () => {
  test("writes are acknowledged well within a second, and read at every server", async () => {
    const before = performance.now();
    const { members, connectString } = await start();
    const [first, , third] = members as Members;
    const client = await clientOf(first);
    expect(await client.ask(create(1, "/x"))).toBe(ERROR.ok);
    expect(performance.now() - before).toBeLessThan(1000);
    expect(await (await clientOf(third)).knows("/x")).toBe(true);
    expect(members.map(({ name }) => name)).toEqual(["server.1", "server.2", "server.3"]);
    const addresses = members.map(({ clientAddress }) => clientAddress);
    expect(connectString).toBe(addresses.join(","));
    expect(new Set(addresses).size).toBe(3);
    for (const address of addresses) expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("a leader that crashes is replaced, and a session goes on at another server", async () => {
    const { members, untilLed } = bound(await start());
    const leader = await untilLed();
    const client = await clientOf(leader);
    await client.ask(create(1, "/mine", { flags: EPHEMERAL }));
    leader.crash();
    expect(await client.isClosed()).toBe(true);
    const next = await untilLed();
    expect(next).not.toBe(leader);
    const again = await client.moveTo(next);
    clients.push(again);
    expect(await again.knows("/mine")).toBe(true);
    await leader.restart();
    expect(members.map((member) => member.status().state)).toEqual(Array(3).fill("running"));
    expect(await (await clientOf(leader)).knows("/mine")).toBe(true);
  });

  test("a leader that stands still is replaced", async () => {
    const { untilLed } = bound(await start());
    const leader = await untilLed();
    leader.pause();
    expect(await untilLed()).not.toBe(leader);
    leader.resume();
  });

  test("a test that fakes the timers does not stop the servers", async () => {
    vi.useFakeTimers();
    const { members, untilLed } = bound(await start());
    (await untilLed()).crash();
    const next = await untilLed();
    expect(members).toContain(next);
    expect(await (await clientOf(next)).ask(create(1, "/x"))).toBe(ERROR.ok);
  });

  test("one server is enough, and so are nine", async () => {
    for (const count of [1, 9]) {
      const { members, close } = bound(await startZooKeeperEnsemble({ members: count }));
      const client = await clientOf(members.at(-1) as ZooKeeperEnsembleMember);
      expect(await client.ask(create(1, "/x"))).toBe(ERROR.ok);
      await close();
    }
  });
});

describe("a status", () => {
  test("tells who leads, and what each has applied", async () => {
    const manual = await startManual();
    const leader = await manual.untilLed();
    const client = await clientOf(leader);
    await client.ask(create(1, "/x"));
    await manual.advance(1000);
    const applied = client.zxid;
    expect(applied).toBeGreaterThan(2 ** 32);
    for (const member of manual.members) {
      const role = member === leader ? "LEADING" : "FOLLOWING";
      expect(member.status()).toMatchObject({
        id: member.id,
        state: "running",
        role,
        leader: leader.id,
        zxid: applied,
      });
    }
    leader.pause();
    expect(leader.status()).toMatchObject({ state: "paused", zxid: applied });
    leader.crash();
    expect(leader.status()).toMatchObject({ state: "down", id: leader.id });
  });
});

describe("sessions with the manual clock", () => {
  test("one that is not heard of ends between its timeout and a tick more", async () => {
    const manual = await startManual({ tickMillis: 1000 });
    const [first, second] = manual.members as Members;
    const client = await clientOf(first, 10_000);
    await client.ask(create(1, "/mine", { flags: EPHEMERAL }));
    await manual.advance(9_000);
    const other = await clientOf(second, 40_000);
    expect(await other.knows("/mine")).toBe(true);
    await manual.advance(3_000);
    expect(await other.knows("/mine")).toBe(false);
    expect(await client.isClosed()).toBe(true);
  });

  test("one whose client speaks lives on", async () => {
    const manual = await startManual({ tickMillis: 1000 });
    const [first, second] = manual.members as Members;
    const client = await clientOf(first, 4_000);
    await client.ask(create(1, "/mine", { flags: EPHEMERAL }));
    for (let i = 0; i < 20; i++) {
      await manual.advance(1_000);
      await client.ping();
    }
    expect(await (await clientOf(second)).knows("/mine")).toBe(true);
  });

  test("an hour passes in seconds, and only when it is told to", async () => {
    const manual = await startManual();
    const { now } = manual;
    const client = await clientOf((manual.members as Members)[0]);
    for (let i = 0; i < 20; i++) await client.ask(create(i, `/x${i}`));
    expect(manual.now).toBe(now);
    await manual.advance(3_600_000);
    expect(manual.now).toBe(now + 3_600_000);
    expect(manual.leader()).not.toBeNull();
  });
});

test("with the manual clock nodes with a time to live go, and empty containers", async () => {
  const manual = await startManual({ extendedTypes: true });
  const [first] = manual.members as Members;
  const client = await clientOf(first);
  expect(await client.ask(createFor(60_000, "/short"))).toBe(ERROR.ok);
  const container = { opcode: OPCODE.createContainer, flags: CONTAINER };
  expect(await client.ask(create(2, "/container", container))).toBe(ERROR.ok);
  await client.ask(create(3, "/container/x"));
  await client.ask(remove(4, "/container/x"));
  await manual.advance(50_000);
  const before = await clientOf(first);
  expect([await before.knows("/short"), await before.knows("/container")]).toEqual([true, true]);
  await manual.advance(80_000);
  const after = await clientOf(first);
  expect([await after.knows("/short"), await after.knows("/container")]).toEqual([false, false]);
});

describe("a session that is expired by hand", () => {
  test("takes its ephemeral nodes with it, and its client is told", async () => {
    const { members, expireSession } = bound(await start());
    const [first, second] = members as Members;
    const client = await clientOf(first);
    const other = await clientOf(second);
    await client.ask(create(1, "/mine", { flags: EPHEMERAL }));
    await other.ask(create(1, "/theirs", { flags: EPHEMERAL }));
    await expireSession(client.session);
    expect(await client.isClosed()).toBe(true);
    await other.sync();
    expect(await other.knows("/mine")).toBe(false);
    expect(await other.knows("/theirs")).toBe(true);
    await expect(client.moveTo(second)).rejects.toThrow("expired");
  });

  test("must be one", async () => {
    const { expireSession } = bound(await start());
    await expect(expireSession(0n)).rejects.toThrow("there is no session 0x0");
    await expect(expireSession(2n ** 63n + 5n)).rejects.toThrow(RangeError);
  });

  test("waits until somebody leads", async () => {
    const manual = await startManual();
    const leader = await manual.untilLed();
    const other = manual.members.find((member) => member !== leader) as ZooKeeperEnsembleMember;
    const client = await clientOf(other);
    leader.crash();
    expect(manual.leader()).toBeNull();
    await manual.until(manual.expireSession(client.session));
    await expect(client.moveTo(manual.leader() ?? leader)).rejects.toThrow("expired");
  });
});

describe("ports", () => {
  test("each server keeps its own over a crash, and refuses connections meanwhile", async () => {
    const { members } = await start();
    const [one] = members as Members;
    const address = one.clientAddress;
    const client = await clientOf(one);
    await client.ask(create(1, "/x"));
    one.crash();
    expect(one.clientAddress).toBe(address);
    await expect(EnsembleClient.open(one)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await one.restart();
    expect(one.clientAddress).toBe(address);
    expect(await (await clientOf(one)).knows("/x")).toBe(true);
  });

  test("a server whose port is taken meanwhile stays down until it is free", async () => {
    const { members } = await start();
    const [one] = members as Members;
    one.crash();
    const taker = createServer();
    const port = Number(one.clientAddress.split(":")[1]);
    await new Promise<void>((done) => taker.listen(port, "127.0.0.1", done));
    await expect(one.restart()).rejects.toMatchObject({ code: "ERR_ADDRESS" });
    expect(one.status().state).toBe("down");
    await new Promise((done) => taker.close(done));
    await one.restart();
    expect(one.status().state).toBe("running");
  });

  test("a server that crashes while it starts can be started at once", async () => {
    const { members } = await start();
    const [one] = members as Members;
    one.crash();
    const starting = one.restart();
    one.crash();
    await one.restart();
    await starting;
    expect(one.status().state).toBe("running");
    expect(await (await clientOf(one)).ask(create(1, "/x"))).toBe(ERROR.ok);
  });
});

test("servers that were never started give their ports free", async () => {
  const settings = zooKeeperEnsembleSettings({ members: 1 });
  const { ensemble: made } = assembleZooKeeperEnsemble(settings, new Timeline(), IDEAL_ZOOKEEPER);
  const [one] = made.members as [MemoryZooKeeperMember];
  await one.listen();
  await expect(EnsembleClient.open(one)).rejects.toThrow("closed");
  await made.close();
  await expect(EnsembleClient.open(one)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("clients are told of all servers", async () => {
  const { members } = await start();
  const [first] = members as Members;
  const client = await clientOf(first);
  client.send(getData(1, "/zookeeper/config"));
  const told = await client.data();
  expect(told.split("\n")).toEqual([
    ...members.map(
      ({ name, clientAddress }) => `${name}=127.0.0.1:0:0:participant;${clientAddress}`,
    ),
    "version=0",
  ]);
});

test("four-letter words are answered as they are configured", async () => {
  const { members } = await start({ fourLetterWords: ["ruok", "mntr"] });
  const client = await JuteClient.connect(Number(members[0]?.clientAddress.split(":")[1]));
  client.raw("ruok");
  expect(await client.text()).toBe("imok");
});

describe("the end", () => {
  test("leaves no socket and no timer, however many there were", async () => {
    // Those of the test before are gone a turn of the loop after they were closed.
    await until(() => !resources().some((name) => name.startsWith("TCP")));
    const before = resources();
    for (let i = 0; i < 10; i++) {
      const { members, close } = bound(await startZooKeeperEnsemble());
      const client = await EnsembleClient.open((members as Members)[i % 3 === 0 ? 1 : 2]);
      await client.ask(create(1, "/x"));
      if (i % 5 === 0) members[0]?.crash();
      if (i % 5 === 1) members[0]?.pause();
      await close();
      expect(await client.isClosed()).toBe(true);
    }
    await expect.poll(resources).toEqual(before);
  });

  test("leaves nothing in memory", async () => {
    const kept = await keptInMemory(20, async () => {
      const one = await startZooKeeperEnsemble();
      const client = await EnsembleClient.open((one.members as Members)[1]);
      await client.ask(create(1, "/x"));
      await one.close();
      await client.isClosed();
      return one;
    });
    // The newest may still be on the stack.
    expect(kept).toBeLessThanOrEqual(1);
  });
});

test.each<[string, ZooKeeperEnsembleOptions, RegExp]>([
  ["no servers", { members: 0 }, /^members is 0: give a whole number from 1 to 9/],
  ["a clock of another kind", { clock: "sand" as "real" }, /^clock is sand: give "real" or/],
  ["no tick", { tickMillis: 0 }, /^tickMillis is 0: give 1 or more/],
  ["sessions without end", { maxSessionMillis: 100, minSessionMillis: 101 }, /^minSessionMillis/],
])("%s are refused, naming the option", async (_what, options, text) => {
  const started = startZooKeeperEnsemble(options);
  await expect(started).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
  await expect(started).rejects.toThrow(text);
});

/** With methods that can be taken apart. */
function bound(
  of: ZooKeeperEnsemble,
): Pick<ZooKeeperEnsemble, "members" | "untilLed" | "expireSession" | "close"> {
  return {
    members: of.members,
    untilLed: () => of.untilLed(),
    expireSession: (session) => of.expireSession(session),
    close: () => of.close(),
  };
}

/** A request for a node that is to live so long. */
function createFor(millis: number, path: string): Uint8Array {
  return frame(1, OPCODE.createTtl, (writer) => {
    writer.ustring(path).buffer(null).int(OPEN.length);
    for (const { permissions, scheme, id } of OPEN) {
      writer.int(permissions).ustring(scheme).ustring(id);
    }
    writer.int(PERSISTENT_WITH_TTL).long(millis);
  });
}
