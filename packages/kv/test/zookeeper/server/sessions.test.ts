import { afterEach, describe, expect, test } from "vitest";
import { encodeTouches, isTaken } from "../../../src/zookeeper/session/index.ts";
import { encodeServerCommand, ZooKeeperStateMachine } from "../../../src/zookeeper/apply/index.ts";
import { closeSession, create, ping, toHex } from "../requests.ts";
import { until, type JuteClient, type Welcome } from "./jute-client.ts";
import { ServerUnderTest, TICK_MILLIS } from "./server-under-test.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

async function welcomed(client: JuteClient): Promise<Welcome> {
  await under.proposed(1);
  under.commit();
  return client.welcome();
}

describe("a new session", () => {
  test("is answered when it is committed, not before", async () => {
    under = await ServerUnderTest.start({ sid: 3 });
    const client = await under.connect();
    client.greet({ timeoutMillis: 1000 });
    await under.proposed(1);
    expect(under.machine.sessions.size).toBe(0);
    expect(client.arrived).toBe(0);
    expect(await welcomed(client)).toEqual({
      timeoutMillis: 1000,
      session: Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 1),
      password: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
      saysReadOnly: true,
      isReadOnly: false,
    });
  });

  test("is answered as old clients want it", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet({ saysReadOnly: false });
    expect(await welcomed(client)).toMatchObject({ saysReadOnly: false });
  });

  test.each([
    [1, 200],
    [-5, 200],
    [200, 200],
    [1999, 1999],
    [2001, 2000],
    [100_000_000, 2000],
  ])("that asks for %i ms gets %i, between 2 and 20 ticks", async (asked, granted) => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet({ timeoutMillis: asked });
    expect(await welcomed(client)).toMatchObject({ timeoutMillis: granted });
  });

  test("gets what the configuration says", async () => {
    const bounds = { minSessionTimeoutMillis: 700, maxSessionTimeoutMillis: 900 };
    under = await ServerUnderTest.start(bounds);
    for (const [asked, granted] of [
      [1, 700],
      [10_000, 900],
    ] as const) {
      const client = await under.connect();
      client.greet({ timeoutMillis: asked });
      expect(await welcomed(client)).toMatchObject({ timeoutMillis: granted });
    }
  });

  test("takes requests that were sent behind the greeting", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet();
    client.send(create(1, "/a"), ping);
    expect(await welcomed(client)).toMatchObject({ timeoutMillis: 2000 });
    await under.proposed(1);
    under.commit();
    expect((await client.replies(2)).map(({ xid, error }) => [xid, error])).toEqual([
      [1, 0],
      [-2, 0],
    ]);
  });
});

describe("a client is let in by nobody", () => {
  test("that has not seen as much as it", async () => {
    under = await ServerUnderTest.start();
    await under.open();
    const { lastZxid } = under.machine;
    const client = await under.connect();
    client.greet({ lastZxidSeen: lastZxid + 1 });
    expect(await client.next()).toBe(null);
    expect(under.log.proposed).toEqual([]);
    expect(under.reasons).toEqual([
      "it has seen zxid 0x200000002, and this member only 0x200000001: another may serve it",
    ]);
    await under.open({ lastZxidSeen: lastZxid });
  });

  test("that has no leader", async () => {
    under = await ServerUnderTest.start({}, { leader: null, isLeader: false });
    const client = await under.connect();
    client.greet();
    expect(await client.next()).toBe(null);
    expect(under.log.proposed).toEqual([]);
    under.log.become({ leader: "b2" });
    await under.open();
  });

  test("that loses its leader meanwhile", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet();
    await under.proposed(1);
    under.log.become({ leader: null, isLeader: false });
    expect(await client.next()).toBe(null);
    // The session may still come to be; nobody has it.
    under.commit();
    expect(under.machine.sessions.size).toBe(1);
  });

  test("that could not replicate the session", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet();
    await under.proposed(1);
    under.fail("ERR_LEADER_CHANGED");
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["it got no session: as the test wants"]);
  });
});

test("clients are dropped when the leader is lost, not when another is found at once", async () => {
  under = await ServerUnderTest.start();
  const client = await under.open();
  under.log.become({ leader: "b2", isLeader: false, term: 3 });
  client.send(ping);
  expect(await client.reply()).toMatchObject({ xid: -2, error: 0 });
  under.log.become({ leader: null });
  expect(await client.next()).toBe(null);
  expect(under.reasons).toEqual(["there is no leader"]);
});

describe("a session that is resumed", () => {
  const sessionOf = async (): Promise<{ client: JuteClient; welcome: Welcome }> => {
    const client = await under.connect();
    client.greet();
    return { client, welcome: await welcomed(client) };
  };

  test("moves to the new connection, and the old one is closed", async () => {
    under = await ServerUnderTest.start();
    const { client: old, welcome } = await sessionOf();
    old.send(create(1, "/sent-before"));
    await under.proposed(1);
    const client = await under.connect();
    client.greet({ ...welcome, timeoutMillis: 500 });
    await under.proposed(2);
    old.send(create(2, "/sent-after"));
    await under.proposed(3);
    under.commit();
    expect(await client.welcome()).toEqual({ ...welcome, timeoutMillis: 500 });
    // What it had sent before is done; what came behind in the log is not.
    expect(under.machine.tree.find("/sent-before")).not.toBe(null);
    expect(under.machine.tree.find("/sent-after")).toBe(null);
    expect(await old.next()).not.toBe(null);
    expect(await old.next()).toBe(null);
    client.send(create(3, "/new"));
    await under.proposed(1);
    under.commit();
    expect(await client.reply()).toMatchObject({ xid: 3, error: 0 });
    expect(under.machine.sessions.size).toBe(1);
  });

  test.each([
    ["with a wrong password", (w: Welcome) => ({ ...w, password: new Uint8Array(16) })],
    ["with a password of another length", (w: Welcome) => ({ ...w, password: Uint8Array.of(1) })],
    ["that never was", (w: Welcome) => ({ ...w, session: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 9) })],
    ["that cannot be", (w: Welcome) => ({ ...w, session: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) })],
  ])("%s is told that it has expired", async (_, wrong) => {
    under = await ServerUnderTest.start();
    const { welcome } = await sessionOf();
    const client = await under.connect();
    client.greet(wrong(welcome));
    await until(() => under.log.proposed.length > 0 || client.arrived > 0);
    under.commit();
    expect(await client.welcome()).toEqual({
      timeoutMillis: 0,
      session: new Uint8Array(8),
      password: new Uint8Array(16),
      saysReadOnly: true,
      isReadOnly: false,
    });
    expect(await client.next()).toBe(null);
  });

  test("that was closed is told that it has expired", async () => {
    under = await ServerUnderTest.start();
    const { client: old, welcome } = await sessionOf();
    old.send(closeSession(1));
    await under.proposed(1);
    under.commit();
    const client = await under.connect();
    client.greet(welcome);
    expect(await welcomed(client)).toMatchObject({ timeoutMillis: 0 });
  });

  test("is taken from a connection that does nothing", async () => {
    under = await ServerUnderTest.start();
    const { client: old, welcome } = await sessionOf();
    const client = await under.connect();
    client.greet(welcome);
    await welcomed(client);
    expect(await old.next()).toBe(null);
    expect(under.reasons).toEqual(["its session was taken over by another connection"]);
  });

  test("behind a connection that the server has not missed yet goes on with the same number", async () => {
    under = await ServerUnderTest.start();
    const { client: old, welcome } = await sessionOf();
    old.destroy();
    const client = await under.connect();
    client.greet(welcome);
    expect(toHex((await welcomed(client)).session)).toBe("0100000000000001");
  });
});

describe("closing a session", () => {
  test("is answered, then the connection ends; what comes behind is not looked at", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(create(1, "/a"), closeSession(2), create(3, "/b"));
    await under.proposed(2);
    expect(under.log.proposed).toHaveLength(2);
    under.commit();
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
    expect(await client.reply()).toMatchObject({ xid: 2, error: 0, zxid: 0x2_0000_0003 });
    expect(await client.next()).toBe(null);
    expect(under.machine.sessions.size).toBe(0);
    expect(under.reasons).toEqual([]);
  });

  test("is answered even to a client that has ended its side", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(closeSession(1));
    client.socket.end();
    await under.proposed(1);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    under.commit();
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
    expect(await client.next()).toBe(null);
  });
});

describe("a session that nothing is heard of", () => {
  test("is expired by the leader in its own term, and its connection closed", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open({ timeoutMillis: 500 });
    under.server.tick();
    under.pass(450);
    expect(under.log.proposed).toEqual([]);
    under.pass(2 * TICK_MILLIS);
    expect(under.log.proposed).toHaveLength(1);
    expect(under.log.proposed[0]?.onlyInTerm).toBe(2);
    under.commit();
    expect(under.machine.sessions.size).toBe(0);
    expect(await client.next()).toBe(null);
  });

  test("is expired also when it was opened after the leader had begun to lead", async () => {
    under = await ServerUnderTest.start();
    under.server.tick();
    await under.open({ timeoutMillis: 500 });
    under.pass(500 + TICK_MILLIS);
    expect(under.log.proposed).toHaveLength(1);
  });

  test("by another member is closed here when that is applied", async () => {
    under = await ServerUnderTest.start({}, { isLeader: false, leader: "b2" });
    const client = await under.open();
    const session = { sid: 1, birth: 1 };
    const data = encodeServerCommand({ kind: "expireSession", session, attachment: 1 });
    under.machine.apply([{ index: 2, term: 2, time: 0, kind: "command", data }], () => {});
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["its session was closed"]);
  });

  test("is kept by pings", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open({ timeoutMillis: 500 });
    for (let round = 0; round < 10; round++) {
      under.pass(400);
      client.send(ping);
      await client.reply();
    }
    expect(under.log.proposed).toEqual([]);
    expect(under.machine.sessions.size).toBe(1);
  });

  test("and could not be ended is ended in the next tick", async () => {
    under = await ServerUnderTest.start();
    await under.open({ timeoutMillis: 200 });
    under.pass(500);
    expect(under.log.proposed).toHaveLength(1);
    under.fail("ERR_OVERLOADED");
    under.pass(TICK_MILLIS);
    expect(under.log.proposed).toHaveLength(1);
    under.commit();
    under.pass(1000);
    expect(under.log.proposed).toEqual([]);
  });

  test("lives on when it was taken over at the last moment", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.greet({ timeoutMillis: 500 });
    const welcome = await welcomed(client);
    under.server.tick();
    const other = await under.connect();
    other.greet({ ...welcome, timeoutMillis: 500 });
    await under.proposed(1);
    under.pass(700);
    expect(under.log.proposed).toHaveLength(2);
    under.commit();
    expect(under.machine.sessions.size).toBe(1);
    under.pass(400);
    expect(under.log.proposed).toEqual([]);
  });

  test("is not expired because the leader itself slept", async () => {
    under = await ServerUnderTest.start();
    await under.open({ timeoutMillis: 500 });
    under.pass(100);
    under.clock.now += 10_000;
    under.server.tick();
    under.pass(300);
    expect(under.log.proposed).toEqual([]);
    under.pass(300);
    expect(under.log.proposed).toHaveLength(1);
  });

  test("is not expired by a follower, and by a new leader only after the whole timeout", async () => {
    under = await ServerUnderTest.start({}, { isLeader: false, leader: "b2" });
    await under.open({ timeoutMillis: 500 });
    under.pass(5000);
    expect(under.log.proposed).toEqual([]);
    under.log.become({ isLeader: true, leader: "a1", term: 3 });
    under.pass(500);
    expect(under.log.proposed).toEqual([]);
    under.pass(2 * TICK_MILLIS);
    expect(under.log.proposed[0]?.onlyInTerm).toBe(3);
  });
});

describe("a follower", () => {
  const follow = async (): Promise<JuteClient> => {
    under = await ServerUnderTest.start({}, { isLeader: false, leader: "b2" });
    return under.open({ timeoutMillis: 500 });
  };

  test("tells the leader once in half a tick of whom it has heard", async () => {
    const client = await follow();
    client.send(ping, ping);
    await client.replies(2);
    client.send(ping);
    await client.reply();
    under.pass(TICK_MILLIS / 2);
    expect(under.log.asked.map(({ member, question }) => [member, toHex(question)])).toEqual([
      ["leader", "0100000001000000000001"],
    ]);
    under.pass(10 * TICK_MILLIS);
    expect(under.log.asked).toHaveLength(1);
  });

  test.each([
    ["did not answer", new Uint8Array(0)],
    ["leads no more", Uint8Array.of(0)],
  ])("tells again when whoever was asked %s", async (_, answer) => {
    const client = await follow();
    client.send(ping);
    await client.reply();
    under.pass(TICK_MILLIS / 2);
    under.log.asked.shift()?.done(answer);
    under.pass(TICK_MILLIS / 2);
    expect(under.log.asked).toHaveLength(1);
    under.log.asked.shift()?.done(Uint8Array.of(1));
    under.pass(TICK_MILLIS);
    expect(under.log.asked).toEqual([]);
  });

  test("closes the connection of a client that is silent for its timeout", async () => {
    const client = await follow();
    under.pass(500);
    expect(client.isClosed).toBe(false);
    under.pass(100);
    expect(await client.next()).toBe(null);
    expect(under.machine.sessions.size).toBe(1);
    expect(under.reasons).toEqual(["nothing was heard of it"]);
  });

  test("answers for nobody", async () => {
    await follow();
    expect(isTaken(under.server.onAsk(encodeTouches(new Set([1]))))).toBe(false);
  });
});

describe("the leader", () => {
  test("keeps the sessions that other members have heard of", async () => {
    under = await ServerUnderTest.start();
    await under.open({ timeoutMillis: 500 });
    await under.open({ timeoutMillis: 500 });
    under.server.tick();
    for (let round = 0; round < 4; round++) {
      under.pass(300);
      expect(isTaken(under.server.onAsk(encodeTouches(new Set([2, 99]))))).toBe(true);
    }
    expect(under.log.proposed).toHaveLength(1);
    under.commit();
    expect([...under.machine.sessions].map(({ id }) => id.birth)).toEqual([2]);
  });

  test("gives a session its whole timeout from when it hears of it, between two ticks as well", async () => {
    under = await ServerUnderTest.start();
    await under.open({ timeoutMillis: 200 });
    under.server.tick();
    under.clock.now += 99;
    under.server.tick();
    under.clock.now += 49;
    under.server.onAsk(encodeTouches(new Set([1])));
    for (const millis of [50, 99, 50]) {
      under.clock.now += millis;
      under.server.tick();
    }
    expect(under.log.proposed).toHaveLength(0);
    under.pass(100);
    expect(under.log.proposed).toHaveLength(1);
  });

  test("takes no question that it does not understand", async () => {
    under = await ServerUnderTest.start();
    under.server.tick();
    expect(isTaken(under.server.onAsk(Uint8Array.of(9)))).toBe(false);
  });
});

// Once a connection whose session the snapshot had stayed, and its watches missed what came between.
test.each([
  ["whose sessions a snapshot does not have", () => new ZooKeeperStateMachine()],
  ["whose sessions a snapshot has", () => under.machine],
])("connections %s are closed when it is taken up", async (_, source) => {
  under = await ServerUnderTest.start();
  const client = await under.open();
  const view = source().pin();
  const sink = under.machine.restore();
  for (let chunk = view.read(1000); chunk !== null; chunk = view.read(1000)) sink.write(chunk);
  sink.finish();
  expect(await client.next()).toBe(null);
  expect(under.reasons).toEqual(["a snapshot has passed over what its watches wait for"]);
});
