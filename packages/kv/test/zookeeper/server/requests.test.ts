import { Prng, QuorateError } from "@quorate/core";
import { afterEach, describe, expect, test } from "vitest";
import { ERROR, JuteReader, JuteWriter, OPCODE, XID } from "../../../src/zookeeper/codec/index.ts";
import {
  bytes,
  closeSession,
  create,
  frame,
  getData,
  hex,
  ping,
  read,
  remove,
  setData,
  sync,
  text,
  toHex,
} from "../requests.ts";
import { until, type JuteClient, type Reply } from "./jute-client.ts";
import { ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

const EPOCH = 0x2_0000_0000;

/** Number and error of each reply. */
const ends = (replies: readonly Reply[]): (readonly [number, number])[] =>
  replies.map(({ xid, error }) => [xid, error]);

const dataOf = ({ body }: Reply): string => text(new JuteReader(body).buffer() ?? bytes("null"));

function nth(replies: readonly Reply[], place: number): Reply {
  const reply = replies[place];
  if (reply === undefined) throw new Error(`no reply ${place}`);
  return reply;
}

/** Sends one request, lets it be committed or confirmed if it needs that, and takes the reply. */
async function ask(client: JuteClient, request: Uint8Array): Promise<Reply> {
  const before = client.arrived;
  client.send(request);
  await until(
    () => under.log.proposed.length + under.log.reads.length > 0 || client.arrived > before,
  );
  under.commit();
  for (const done of under.log.reads.splice(0)) done(null);
  return client.reply();
}

describe("requests of one connection", () => {
  test("are proposed without waiting, and answered in their order", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(
      create(1, "/a", { data: bytes("one") }),
      getData(2, "/a"),
      setData(3, "/a", bytes("two")),
      ping,
      getData(4, "/a"),
      getData(5, "/none"),
      remove(6, "/a"),
      getData(7, "/a"),
    );
    await under.proposed(3);
    expect(client.arrived).toBe(0);
    under.commit(1);
    const first = await client.replies(2);
    expect(dataOf(nth(first, 1))).toBe("one");
    expect(client.arrived).toBe(0);
    under.commit();
    const rest = await client.replies(6);
    expect(ends([...first, ...rest])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [-2, 0],
      [4, 0],
      [5, ERROR.noNode],
      [6, 0],
      [7, ERROR.noNode],
    ]);
    expect(dataOf(nth(rest, 2))).toBe("two");
  });

  test("that only read wait for nobody's writes but their own", async () => {
    under = await ServerUnderTest.start();
    const [writer, reader] = [await under.open(), await under.open()];
    writer.send(create(1, "/a"));
    await under.proposed(1);
    reader.send(getData(1, "/a"));
    expect(await reader.reply()).toMatchObject({ xid: 1, error: ERROR.noNode });
  });

  test("carry the zxid of the write, or the newest that this member has seen", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(create(1, "/a"), create(2, "/a"), getData(3, "/a"), ping);
    await under.proposed(2);
    under.commit();
    const replies = await client.replies(4);
    expect(replies.map(({ zxid }) => zxid - EPOCH)).toEqual([2, 3, 3, 3]);
    expect(ends(replies)[1]).toEqual([2, ERROR.nodeExists]);
  });

  test("arrive in pieces of any size", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    const stream = hex(
      [create(1, "/a"), getData(2, "/a"), ping]
        .map((each) => each.length.toString(16).padStart(8, "0") + toHex(each))
        .join(""),
    );
    for (const byte of stream) {
      client.raw(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await under.proposed(1);
    under.commit();
    expect(ends(await client.replies(3))).toEqual([
      [1, 0],
      [2, 0],
      [-2, 0],
    ]);
  });

  test("of thousands come back complete, in order and in few writes", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    let chunks = 0;
    client.socket.on("data", () => chunks++);
    const COUNT = 400;
    const requests = Array.from({ length: COUNT }, (_, i) =>
      i % 2 === 0 ? create(i, `/n${i}`, { data: bytes("x".repeat(i)) }) : getData(i, `/n${i - 1}`),
    );
    client.send(...requests);
    // Writes are proposed behind a few reads, and the others when those are answered.
    for (let left = COUNT / 2; left > 0;) {
      await under.proposed(1);
      left -= under.log.proposed.length;
      under.commit();
    }
    const replies = await client.replies(COUNT);
    expect(replies.map(({ xid }) => xid)).toEqual(requests.map((_, i) => i));
    for (const [i, reply] of replies.entries()) {
      if (i % 2 === 1) expect(dataOf(reply)).toBe("x".repeat(i - 1));
    }
    expect(chunks).toBeLessThan(20);
  });
});

describe("sync", () => {
  test("waits until this member is up to date, and what is behind it waits too", async () => {
    under = await ServerUnderTest.start();
    const [client, other] = [await under.open(), await under.open()];
    client.send(sync(1, "/any"), getData(2, "/a"));
    await until(() => under.log.reads.length === 1);
    other.send(create(1, "/a"));
    await under.proposed(1);
    under.commit();
    expect(client.arrived).toBe(0);
    under.log.reads[0]?.(null);
    const replies = await client.replies(2);
    expect(ends(replies)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(new JuteReader(nth(replies, 0).body).text()).toBe("/any");
  });

  test("waits for the writes before it, too", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(create(1, "/a"), sync(2, "/"));
    await under.proposed(1);
    under.log.reads[0]?.(null);
    expect(client.arrived).toBe(0);
    under.commit();
    expect(ends(await client.replies(2))).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  test("does not show what its client writes behind it", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(sync(1, "/"), getData(2, "/a"), create(3, "/a"), getData(4, "/a"));
    await until(() => under.log.reads.length === 1);
    expect(under.log.proposed).toHaveLength(0);
    under.log.reads[0]?.(null);
    expect(ends(await client.replies(2))).toEqual([
      [1, 0],
      [2, ERROR.noNode],
    ]);
    under.commit();
    expect(ends(await client.replies(2))).toEqual([
      [3, 0],
      [4, 0],
    ]);
  });

  test("holds back the writes up to the next one that waits", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(sync(1, "/"), create(2, "/a"), sync(3, "/"), create(4, "/b"), closeSession(5));
    await until(() => under.log.reads.length === 2);
    under.log.reads[0]?.(null);
    expect(under.log.proposed).toHaveLength(1);
    under.log.reads[1]?.(null);
    expect(under.log.proposed).toHaveLength(3);
    under.commit();
    expect(ends(await client.replies(5))).toEqual([1, 2, 3, 4, 5].map((xid) => [xid, 0]));
  });

  test("waits for the one before it, even if it is confirmed first", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(sync(1, "/"), sync(2, "/"), create(3, "/a"));
    await until(() => under.log.reads.length === 2);
    under.log.reads[1]?.(null);
    expect(under.log.proposed).toHaveLength(0);
    under.log.reads[0]?.(null);
    expect(under.log.proposed).toHaveLength(1);
  });

  test("that nobody could confirm closes the connection", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(sync(1, "/"));
    await until(() => under.log.reads.length === 1);
    under.log.reads[0]?.(new QuorateError("ERR_NO_LEADER", "none"));
    expect(await client.next()).toBe(null);
  });

  test.each([
    ["an empty path", frame(1, OPCODE.sync, (w) => w.ustring("")), 0, "00000000"],
    ["no path", frame(1, OPCODE.sync, (w) => w.ustring(null)), 0, "ffffffff"],
    ["nothing", frame(1, OPCODE.sync), ERROR.marshallingError, ""],
  ])("of %s is answered as ZooKeeper does", async (_, request, error, body) => {
    under = await ServerUnderTest.start();
    const reply = await ask(await under.open(), request);
    expect(reply.error).toBe(error);
    expect(toHex(reply.body)).toBe(body);
  });
});

describe("a write that could not be replicated", () => {
  test.each(["ERR_LEADER_CHANGED", "ERR_OVERLOADED", "ERR_STORAGE_FULL", "ERR_TIMEOUT"] as const)(
    "closes the connection (%s): the client must find out what became of it",
    async (code) => {
      under = await ServerUnderTest.start();
      const client = await under.open();
      client.send(create(1, "/a"), create(2, "/b"), getData(3, "/a"));
      await under.proposed(2);
      under.fail(code);
      expect(await client.next()).toBe(null);
      expect(under.reasons).toEqual(["a write failed: as the test wants"]);
    },
  );

  test("takes those behind it with it, even if they are replicated", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(create(1, "/a"), create(2, "/b"));
    await under.proposed(2);
    under.log.proposed.shift();
    under.commit();
    expect(await client.next()).toBe(null);
    expect(under.machine.tree.find("/b")).toBe(null);
    expect(under.reasons).toEqual(["its session is gone, or another connection's"]);
  });
});

describe("reads", () => {
  const opcodes = {
    exists: OPCODE.exists,
    getData: OPCODE.getData,
    getChildren: OPCODE.getChildren,
    getChildren2: OPCODE.getChildren2,
  };

  test("have ZooKeeper's records", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    await ask(client, create(1, "/a", { data: bytes("hey") }));
    await ask(client, create(2, "/a/b"));
    await ask(client, create(3, "/a/c"));
    const time = (index: number): string => (1_000 + index).toString(16).padStart(16, "0");
    const zxid = (counter: number): string => `00000002${counter.toString(16).padStart(8, "0")}`;
    const stat =
      `${zxid(2)}${zxid(2)}${time(2)}${time(2)}` +
      `000000000000000200000000${"00".repeat(8)}0000000300000002${zxid(4)}`;
    const body = async (request: Uint8Array): Promise<string> =>
      toHex((await ask(client, request)).body);
    expect(await body(read(4, OPCODE.exists, "/a"))).toBe(stat);
    expect(await body(read(5, OPCODE.getData, "/a"))).toBe(`00000003686579${stat}`);
    const children = "00000002 00000001 62 00000001 63".replaceAll(" ", "");
    expect(await body(read(6, OPCODE.getChildren, "/a"))).toBe(children);
    expect(await body(read(7, OPCODE.getChildren2, "/a"))).toBe(children + stat);
    const world = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65".replaceAll(" ", "");
    const acl = await body(frame(8, OPCODE.getAcl, (w) => w.ustring("/a")));
    expect(acl).toBe(world + stat);
  });

  test("tell null data from empty data", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    await ask(client, create(1, "/null", { data: null }));
    await ask(client, create(2, "/empty", { data: bytes("") }));
    expect(toHex((await ask(client, getData(3, "/null"))).body).slice(0, 8)).toBe("ffffffff");
    expect(toHex((await ask(client, getData(4, "/empty"))).body).slice(0, 8)).toBe("00000000");
  });

  test("of ZooKeeper's configuration show that it can only be read", async () => {
    under = await ServerUnderTest.start();
    const reply = await ask(
      await under.open(),
      frame(1, OPCODE.getAcl, (w) => w.ustring("/zookeeper/config")),
    );
    expect(toHex(reply.body).slice(0, 16)).toBe("0000000100000001");
  });

  // Taken from what ZooKeeper 3.8.0 answers, request by request.
  test.each([
    ["exists", "/none", ERROR.noNode],
    ["exists", "/a\0", ERROR.badArguments],
    ["exists", "", 0],
    ["exists", "/zookeeper/", ERROR.noNode],
    ["getData", "/a\0", ERROR.noNode],
    ["getData", "bad", ERROR.noNode],
    ["getChildren", "/none", ERROR.noNode],
    ["getChildren2", "/none", ERROR.noNode],
  ] as const)("%s of %j gives %i", async (name, path, expected) => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    expect(await ask(client, read(1, opcodes[name], path))).toMatchObject({ error: expected });
  });

  test.each([
    ["without a path", frame(1, OPCODE.exists)],
    ["with a null path", frame(1, OPCODE.getData, (w) => w.ustring(null).bool(false))],
    ["without a watch", frame(1, OPCODE.getChildren, (w) => w.ustring("/"))],
  ])("%s are answered so, and the connection kept", async (_, request) => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    expect(await ask(client, request)).toMatchObject({ error: ERROR.marshallingError });
    expect(await ask(client, ping)).toMatchObject({ error: 0 });
  });
});

describe("what clients ask of themselves", () => {
  const auth = (scheme: string, credentials: string): Uint8Array =>
    frame(-4, OPCODE.auth, (w) => w.int(0).ustring(scheme).buffer(bytes(credentials)));
  const whoAmI = frame(1, OPCODE.whoAmI);

  test("who they are", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    expect(await ask(client, auth("digest", "bob:secret"))).toMatchObject({
      xid: -4,
      zxid: 0,
      error: 0,
    });
    await ask(client, auth("digest", "bob:other"));
    await ask(client, auth("ip", "1.2.3.4"));
    expect(toHex((await ask(client, whoAmI)).body)).toBe(
      toHex(
        new JuteWriter()
          .int(3)
          .ustring("digest")
          .ustring("bob")
          .ustring("digest")
          .ustring("bob")
          .ustring("ip")
          .ustring("127.0.0.1")
          .finish(),
      ),
    );
  });

  test.each(["foo", "world", "sasl"])(
    "to be let in as %s, which ends the connection",
    async (scheme) => {
      under = await ServerUnderTest.start();
      const client = await under.open();
      expect(await ask(client, auth(scheme, "x"))).toMatchObject({
        xid: -4,
        error: ERROR.authFailed,
      });
      expect(await client.next()).toBe(null);
    },
  );

  test("to be more people than anybody is", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    for (let i = 0; i < 64; i++) {
      expect(await ask(client, auth("digest", `${i}:x`))).toMatchObject({ error: 0 });
    }
    expect(await ask(client, auth("digest", "65:x"))).toMatchObject({ error: ERROR.authFailed });
  });
});

describe("what is not there yet", () => {
  test.each(Object.entries(OPCODE).filter(([name]) => name === "reconfig" || name === "sasl"))(
    "%s is refused, and the connection kept",
    async (_, opcode) => {
      under = await ServerUnderTest.start();
      const client = await under.open();
      client.send(
        frame(1, opcode, (w) => w.ustring("/a")),
        ping,
      );
      expect(ends(await client.replies(2))).toEqual([
        [1, ERROR.unimplemented],
        [-2, 0],
      ]);
      expect(under.log.proposed).toEqual([]);
    },
  );

  test.each([0, 13, 20, 999, -1, -10])("opcode %i ends the connection", async (opcode) => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(
      frame(1, opcode, (w) => w.ustring("/a")),
      ping,
      create(2, "/a"),
    );
    expect(await client.reply()).toMatchObject({ xid: 1, zxid: -1, error: ERROR.unimplemented });
    expect(await client.next()).toBe(null);
    expect(under.log.proposed).toEqual([]);
  });

  test("such an opcode behind a write is answered behind it", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(create(1, "/a"), frame(2, 999), create(3, "/b"));
    await under.proposed(1);
    under.commit();
    expect(ends(await client.replies(2))).toEqual([
      [1, 0],
      [2, ERROR.unimplemented],
    ]);
    expect(await client.next()).toBe(null);
    // What comes behind is no request any more.
    expect(under.log.proposed).toEqual([]);
  });
});

test("random records behind any opcode are answered in order, or end the connection", async () => {
  under = await ServerUnderTest.start();
  const prng = new Prng(11);
  // Who a client is, is answered at once.
  const opcodes = [...Object.values(OPCODE), 0, 20].filter((opcode) => opcode !== OPCODE.auth);
  for (let round = 0; round < 40; round++) {
    const client = await under.open();
    const requests = Array.from({ length: 20 }, (_, xid) =>
      frame(xid, prng.pick(opcodes), (writer) => {
        if (prng.chance(0.5)) writer.ustring(prng.pick(["/", "/a", "", null]));
        for (let more = prng.below(12); more > 0; more--) writer.int(prng.pick([0, 0, 1, -1, 5]));
      }),
    );
    client.send(...requests);
    let next: Uint8Array | null = null;
    let xid = 0;
    const takeAll = async (): Promise<void> => {
      for (next = await client.next(); next !== null; next = await client.next()) {
        const found = new JuteReader(next).int();
        if (found === XID.notification) continue;
        if (found !== XID.ping) expect(found).toBe(xid);
        xid++;
      }
    };
    const taking = takeAll();
    // The log answers whatever comes, until the connection has ended or everything is answered.
    await until(() => {
      under.commit();
      for (const done of under.log.reads.splice(0)) done(null);
      return client.isClosed || xid === requests.length;
    });
    client.destroy();
    await taking;
  }
  const client = await under.open();
  expect(await ask(client, ping)).toMatchObject({ error: 0 });
});

test("the last request of a session may come behind others that wait", async () => {
  under = await ServerUnderTest.start();
  const client = await under.open();
  client.send(create(1, "/a"), getData(2, "/a"), closeSession(3));
  await under.proposed(2);
  under.commit();
  expect(ends(await client.replies(3))).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  expect(await client.next()).toBe(null);
});
