import { describe, expect, test } from "vitest";
import { Out } from "./jute.ts";
import { closeSession, create, ephemeral, exists, getData, ping, setData } from "./operations.ts";
import { either, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const PASSWORD = 16;
const EXPIRED = { timeoutMillis: 0, session: 0n, password: Buffer.alloc(PASSWORD) };
const NO_SESSION = 0x7777_0000_0000_0001n;

describe("a session", () => {
  test("that is new has an id, a password of 16 bytes and version 0", async () => {
    const client = await wire.connect();
    const welcome = await client.greet();
    expect(welcome).toMatchObject({ version: 0, timeoutMillis: 30_000, readOnly: false });
    expect(welcome?.session).not.toBe(0n);
    expect(welcome?.password.length).toBe(PASSWORD);
  });

  test.each([
    ["nothing", 0, 1000],
    ["less than nothing", -1, 1000],
    ["a little less than two ticks", 999, 1000],
    ["two ticks", 1000, 1000],
    ["something between", 4321, 4321],
    ["the most", 60_000, 60_000],
    ["a little more than the most", 60_001, 60_000],
    ["all the time there is", 2 ** 31 - 1, 60_000],
  ])("of a client that asks for %s (%i ms) has %i ms", async (_what, asked, given) => {
    const client = await wire.connect();
    expect(await client.greet({ timeoutMillis: asked })).toMatchObject({ timeoutMillis: given });
  });

  test("ids of two clients differ, and the newer is the greater", async () => {
    const [one, other] = [await wire.open(), await wire.open()];
    expect(other.welcome?.session).toBeGreaterThan(one.welcome?.session ?? 0n);
  });

  test("lives on with another connection, which has all that it had", async () => {
    const first = await wire.open();
    await first.all([ephemeral("~/mine")]);
    const { session, password } = first.welcome ?? EXPIRED;
    const second = await wire.open(first.home, { session, password });
    expect(second.welcome).toMatchObject({ session, password, timeoutMillis: 30_000 });
    expect(await second.ask(exists("~/mine"))).toMatchObject({
      error: "OK",
      stat: { ephemeralOwner: session },
    });
    expect(await first.untilClosed()).toEqual([]);
  });

  test("lives on when its connection breaks", async () => {
    const first = await wire.open();
    await first.all([ephemeral("~/mine")]);
    first.destroy();
    const { session, password } = first.welcome ?? EXPIRED;
    const second = await wire.open(first.home, { session, password });
    expect(await second.ask(exists("~/mine"))).toMatchObject({ error: "OK" });
  });

  test("is given another time when its client comes back with another wish", async () => {
    const first = await wire.open();
    const { session, password } = first.welcome ?? EXPIRED;
    const second = await wire.open(first.home, { session, password, timeoutMillis: 20_000 });
    expect(second.welcome).toMatchObject({ session, timeoutMillis: 20_000 });
  });

  test.each([
    ["an id that nobody has", { session: NO_SESSION }],
    ["a negative id that nobody has", { session: -5n }],
  ])("with %s has expired", async (_what, hello) => {
    const client = await wire.connect();
    expect(await client.greet(hello)).toMatchObject({ ...EXPIRED, readOnly: false });
    expect(await client.untilClosed()).toEqual([]);
  });

  test.each([
    ["another password", Buffer.alloc(PASSWORD, 7)],
    ["a password of zeros", Buffer.alloc(PASSWORD)],
    ["a password that is too short", Buffer.alloc(PASSWORD - 1)],
    ["an empty password", Buffer.alloc(0)],
  ])("is not given to who says %s", async (_what, password) => {
    const owner = await wire.open();
    const thief = await wire.connect();
    const { session } = owner.welcome ?? EXPIRED;
    expect(await thief.greet({ session, password })).toMatchObject(EXPIRED);
    expect(await thief.untilClosed()).toEqual([]);
    // The original has thrown out the owner by then, who has to come back.
    expect((await owner.ask(exists("~"))).error).toBe(either("OK", "CLOSED"));
    const { password: own } = owner.welcome ?? EXPIRED;
    const back = await wire.open(owner.home, { session, password: own });
    expect(back.welcome?.session).toBe(session);
  });

  test("that was closed has expired", async () => {
    const client = await wire.open();
    await client.all([closeSession]);
    expect(await client.untilClosed()).toEqual([]);
    const { session, password } = client.welcome ?? EXPIRED;
    const again = await wire.connect();
    expect(await again.greet({ session, password })).toMatchObject(EXPIRED);
  });

  test("that nobody keeps alive expires, and its connection ends", async () => {
    const witness = await wire.open();
    const client = await wire.open(witness.home, { timeoutMillis: 1000 });
    await client.all([ephemeral("~/mine")]);
    await witness.all([exists("~/mine", true)]);
    expect(await client.untilClosed()).toEqual([]);
    // A connection may end before its session does.
    expect(await witness.nextEvents()).toEqual(["deleted ~/mine"]);
    const { session, password } = client.welcome ?? EXPIRED;
    const again = await wire.connect();
    expect(await again.greet({ session, password })).toMatchObject(EXPIRED);
  });
});

describe("a client", () => {
  test("that does not say whether it takes a read-only server is not told either", async () => {
    const client = await wire.connect();
    expect(await client.greet({ readOnly: null })).toMatchObject({ readOnly: null });
  });

  test("that would take a read-only server is told that this one is not", async () => {
    const client = await wire.connect();
    expect(await client.greet({ readOnly: true })).toMatchObject({ readOnly: false });
  });

  test("of an old kind with a lost session gets the old answer", async () => {
    const client = await wire.connect();
    const hello = { session: NO_SESSION, readOnly: null };
    expect(await client.greet(hello)).toMatchObject({ ...EXPIRED, readOnly: null });
  });

  test("that says another version is answered with version 0", async () => {
    const client = await wire.connect();
    expect(await client.greet({ version: 3 })).toMatchObject({ version: 0 });
  });

  test("that has seen as much as the server is let in", async () => {
    const witness = await wire.open();
    await witness.all([create("~/a")]);
    const client = await wire.connect();
    const lastZxidSeen = witness.zxids.get(2) ?? 0n;
    expect(await client.greet({ lastZxidSeen })).toMatchObject({ timeoutMillis: 30_000 });
  });

  test("that has seen more than the server is sent away without a word", async () => {
    const client = await wire.connect();
    expect(await client.greet({ lastZxidSeen: 0x7fff_0000_0000_0000n })).toBe(null);
  });

  test("that has seen more is sent away, also with a session, which lives on", async () => {
    const owner = await wire.open();
    const { session, password } = owner.welcome ?? EXPIRED;
    const client = await wire.connect();
    const lastZxidSeen = 0x7fff_0000_0000_0000n;
    expect(await client.greet({ session, password, lastZxidSeen })).toBe(null);
    expect(await owner.ask(exists("~"))).toMatchObject({ error: "OK" });
  });

  test("may send requests behind its hello", async () => {
    const other = await wire.open();
    const client = await wire.connect(other.home);
    const operations = [create("~/a", { data: "1" }), setData("~/a", "2"), getData("~/a")];
    client.sendFrame(client.hello({}));
    const xids = operations.map((operation) => client.send(operation));
    expect(await client.hearWelcome()).toMatchObject({ timeoutMillis: 30_000 });
    const answers = [];
    for (const [i, operation] of operations.entries()) {
      answers.push(await client.answer(operation, xids[i] ?? 0));
    }
    expect(answers).toMatchObject([{ error: "OK" }, { error: "OK" }, { data: "2" }]);
  });

  test("may send a new session's password of zeros, or none", async () => {
    const client = await wire.connect();
    const welcome = await client.greet({ password: Buffer.alloc(0) });
    expect(welcome?.timeoutMillis).toBe(30_000);
  });

  const hello = new Out().int(0).long(0n).int(30_000).long(0n).buffer(Buffer.alloc(PASSWORD));
  test.each([
    ["no bytes", Buffer.alloc(0)],
    ["a hello without session", hello.bytes().subarray(0, 16)],
    ["a hello without password", hello.bytes().subarray(0, 24)],
    ["a hello whose password is cut off", hello.bytes().subarray(0, 30)],
  ])("that says %s is sent away", async (_what, frame) => {
    const client = await wire.connect();
    client.sendFrame(frame);
    expect(await client.frame()).toBe(null);
  });

  test.each([
    ["a negative length", -1],
    ["the greatest length", 2 ** 31 - 1],
    ["a length beyond jute.maxbuffer", 2 ** 24],
  ])("that begins with %s is sent away", async (_what, length) => {
    const client = await wire.connect();
    client.sendBytes(new Out().int(length).bytes());
    expect(await client.frame()).toBe(null);
  });
});

test("a ping is answered under its own number, with the newest transaction", async () => {
  const client = await wire.open();
  await client.all([create("~/a"), ping]);
  expect(client.zxids.get(-2)).toBe(client.zxids.get(2));
});

test("replies come in the order of the requests, failed ones among them", async () => {
  const client = await wire.open();
  const operations = [create("~/a"), getData("~/none"), setData("~/a", "2", 9), getData("~/a")];
  const xids = operations.map((operation) => client.send(operation));
  const errors = [];
  for (const [i, operation] of operations.entries()) {
    errors.push((await client.answer(operation, xids[i] ?? 0)).error);
  }
  expect(errors).toEqual(["OK", "NONODE", "BADVERSION", "OK"]);
});
