import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JuteReader, OPCODE } from "../../../src/zookeeper/codec/index.ts";
import {
  addWatch,
  bytes,
  closeSession,
  create,
  frame,
  getData,
  ping,
  read,
  remove,
  setData,
  sync,
} from "../requests.ts";
import type { JuteClient, Welcome } from "./jute-client.ts";
import { ServerUnderTest, TICK_MILLIS } from "./server-under-test.ts";

const GRACE_MILLIS = 2000;
const NOT_READ_ONLY = -119;

let under: ServerUnderTest;
let known: Welcome;

/** A server that has a node `/a`, and a session, and has lost its leader just now. */
beforeEach(async () => {
  under = await ServerUnderTest.start({ readOnlyMode: true, fourLetterWords: ["*"] });
  const client = await under.connect();
  client.greet();
  await under.proposed(1);
  under.commit();
  known = await client.welcome();
  client.send(create(1, "/a", { data: bytes("1") }));
  await under.proposed(1);
  under.commit();
  await client.reply();
  under.log.become({ leader: null, isLeader: false });
  await client.closed();
  under.reports.length = 0;
});
afterEach(() => under.close());

/** A client that has been let in to read. */
async function reader(): Promise<{ client: JuteClient; welcome: Welcome }> {
  const client = await under.connect();
  client.greet({ readOnly: true });
  return { client, welcome: await client.welcome() };
}

async function word(name: string): Promise<string> {
  const client = await under.connect();
  client.raw(name);
  return client.text();
}

describe("a member that has lost its leader", () => {
  test("waits for another before it serves anybody", async () => {
    under.pass(GRACE_MILLIS - TICK_MILLIS);
    const early = await under.connect();
    early.greet({ readOnly: true });
    expect(await early.next()).toBe(null);
    expect(await word("isro")).not.toBe("ro");
    // That there is still none does not make it wait longer.
    under.log.become({ leader: null, term: 9 });
    under.pass(TICK_MILLIS);
    expect((await reader()).welcome).toMatchObject({ isReadOnly: true });
    expect(await word("isro")).toBe("ro");
    expect(await word("srvr")).toContain("Mode: read-only\n");
  });

  test("waits as long again when it has had one meanwhile", async () => {
    under.pass(GRACE_MILLIS);
    under.log.become({ leader: "b2" });
    under.log.become({ leader: null });
    const client = await under.connect();
    client.greet({ readOnly: true });
    expect(await client.next()).toBe(null);
  });

  test("and a tick, if that is longer", async () => {
    await under.close();
    const view = { leader: null, isLeader: false };
    under = await ServerUnderTest.start({ readOnlyMode: true, tickMillis: 3000 }, view);
    under.pass(2900);
    const client = await under.connect();
    client.greet({ readOnly: true });
    expect(await client.next()).toBe(null);
    under.pass(100);
    await reader();
  });

  test("serves nobody unless its configuration says so", async () => {
    await under.close();
    under = await ServerUnderTest.start({}, { leader: null, isLeader: false });
    under.pass(60_000);
    const client = await under.connect();
    client.greet({ readOnly: true });
    expect(await client.next()).toBe(null);
  });
});

describe("a client", () => {
  beforeEach(() => under.pass(GRACE_MILLIS));

  test.each([
    ["that may want to write", { readOnly: false }],
    ["from before there was such a thing", { saysReadOnly: false }],
    ["that has seen more than this member", { readOnly: true, lastZxidSeen: 2 ** 40 }],
  ])("%s is turned away without a word", async (_, greeting) => {
    const client = await under.connect();
    client.greet(greeting);
    expect(await client.next()).toBe(null);
    expect(under.reasons).toHaveLength(1);
  });

  test("gets a session that the log does not know, nor ever will", async () => {
    const [one, other] = [await reader(), await reader()];
    expect(one.welcome).toMatchObject({ timeoutMillis: 2000, saysReadOnly: true });
    expect(one.welcome.session).toEqual(Uint8Array.of(1, 0, 0x80, 0, 0, 0, 0, 0));
    expect(other.welcome.session).toEqual(Uint8Array.of(1, 0, 0x80, 0, 0, 0, 0, 1));
    expect(under.log.proposed).toEqual([]);
    expect(under.machine.sessions.size).toBe(1);
  });

  test.each([
    ["that it knows", null],
    // It may have been opened since the member was cut off.
    ["that it does not know", Uint8Array.of(1, 0, 0, 0, 0, 0, 9, 9)],
  ])("with a session of the ensemble's %s is left to who knows of it", async (_, session) => {
    const client = await under.connect();
    client.greet({ ...known, ...(session === null ? {} : { session }), readOnly: true });
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["there is no leader to go on with its session"]);
  });

  test("with one that was for reading, or can never have been, hears that it is over", async () => {
    const { client: first, welcome } = await reader();
    first.destroy();
    for (const session of [welcome.session, Uint8Array.of(1, 9, 0, 0, 0, 0, 0, 9)]) {
      const client = await under.connect();
      client.greet({ session, password: welcome.password, readOnly: true });
      expect(await client.welcome()).toMatchObject({ timeoutMillis: 0, isReadOnly: true });
      expect(await client.next()).toBe(null);
    }
  });

  test("reads, watches and proves who it is", async () => {
    const { client } = await reader();
    const zxid = under.machine.lastZxid;
    client.send(read(1, OPCODE.getData, "/a", true), ping);
    const { body } = await client.reply();
    expect(new JuteReader(body).buffer()).toEqual(bytes("1"));
    expect(await client.reply()).toMatchObject({ xid: -2, zxid, error: 0 });
    client.send(
      addWatch(2, "/", 1),
      frame(3, OPCODE.getEphemerals, (writer) => writer.ustring("/")),
    );
    expect(await client.replies(2)).toMatchObject([
      { xid: 2, error: 0 },
      { xid: 3, error: 0 },
    ]);
    client.send(
      frame(-4, OPCODE.auth, (writer) =>
        writer.int(0).ustring("digest").buffer(bytes("joe:secret")),
      ),
      frame(4, OPCODE.whoAmI),
    );
    const [proved, whoAmI] = await client.replies(2);
    expect(proved).toMatchObject({ xid: -4, error: 0 });
    expect(Buffer.from(whoAmI?.body ?? []).toString("latin1")).toContain("joe");
  });

  test.each([
    ["create", create(7, "/b")],
    ["setData", setData(7, "/a", bytes("2"))],
    ["delete", remove(7, "/a")],
    ["sync", sync(7, "/a")],
    ["multi", frame(7, OPCODE.multi)],
    ["check", frame(7, OPCODE.check)],
    ["reconfig", frame(7, OPCODE.reconfig)],
  ])("cannot %s, and goes on", async (_, request) => {
    const { client } = await reader();
    client.send(request, getData(8, "/a"));
    expect(await client.replies(2)).toMatchObject([
      { xid: 7, zxid: under.machine.lastZxid, error: NOT_READ_ONLY },
      { xid: 8, error: 0 },
    ]);
    expect(under.log.proposed).toEqual([]);
    expect(under.log.reads).toEqual([]);
  });

  test("ends its session", async () => {
    const { client } = await reader();
    client.send(closeSession(1));
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual([]);
  });

  test("is closed when nothing is heard of it", async () => {
    const { client } = await reader();
    under.pass(2000);
    client.send(ping);
    await client.reply();
    under.pass(2000 + TICK_MILLIS);
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["nothing was heard of it"]);
  });

  test("stays when an election comes to nothing", async () => {
    const { client } = await reader();
    under.log.become({ leader: null, term: 9 });
    client.send(getData(1, "/a"));
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
  });

  test("has to go when there is a leader, and finds its own session there", async () => {
    const { client } = await reader();
    under.log.become({ leader: "b2" });
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["there is a leader"]);
    expect(await word("isro")).toBe("rw");
    const again = await under.connect();
    again.greet({ ...known, readOnly: true });
    await under.proposed(1);
    under.commit();
    expect(await again.welcome()).toMatchObject({ session: known.session, isReadOnly: false });
  });
});
