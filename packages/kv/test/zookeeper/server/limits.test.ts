import { afterEach, describe, expect, test } from "vitest";
import { RequestEncoder } from "../../../src/zookeeper/apply/index.ts";
import { ERROR, OPCODE, XID } from "../../../src/zookeeper/codec/index.ts";
import {
  addWatch,
  bytes,
  closeSession,
  create,
  frame,
  getData,
  hex,
  ping,
  read,
  setData,
  sync,
} from "../requests.ts";
import { NOBODY } from "../apply/machine.ts";
import { JuteClient, until } from "./jute-client.ts";
import { ServerUnderTest, TICK_MILLIS } from "./server-under-test.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

/** Takes up watches of data, and of nodes that are not there. */
function setWatches(data: readonly string[], exist: readonly string[]): Uint8Array {
  return frame(-8, OPCODE.setWatches, (writer) => {
    writer.long(0);
    for (const paths of [data, exist, []]) {
      writer.int(paths.length);
      for (const path of paths) writer.ustring(path);
    }
  });
}

/** What the log has to take for a request of a client that has proved nothing. */
function commandBytes(request: Uint8Array): number {
  const allocate = (size: number): Uint8Array => new Uint8Array(size);
  return new RequestEncoder({ sid: 1, birth: 1 }, 1, NOBODY, allocate).encode(request).length;
}

/** Reads a node's data so many times in one request. */
function getAll(xid: number, path: string, times: number): Uint8Array {
  return frame(xid, OPCODE.multiRead, (writer) => {
    for (let left = times; left > 0; left--) {
      writer.int(OPCODE.getData).bool(false).int(-1).ustring(path).bool(false);
    }
    writer.int(-1).bool(true).int(-1);
  });
}

/** Lets everything that is on its way arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe("what is no client's greeting", () => {
  test.each([
    ["an HTTP request", bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a TLS greeting", hex("16030100c8010000c40303")],
    ["a word that is none", bytes("abcd")],
    ["zeros", new Uint8Array(64)],
    ["a negative length", hex("ffffffff00000000")],
    ["a frame that is longer than any greeting", hex("00000401 00")],
    ["a greeting that is cut off", hex("00000004 00000000")],
    ["random bytes", Uint8Array.from({ length: 4096 }, (_, i) => (i * 37 + 11) % 251)],
  ])("%s: the connection is closed, with a word to the operator", async (_, garbage) => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.raw(garbage);
    expect(await client.next()).toBe(null);
    expect(under.reasons).toHaveLength(1);
    expect(under.log.proposed).toEqual([]);
  });

  test("silence: the connection is closed after ten seconds", async () => {
    under = await ServerUnderTest.start();
    const client = await under.connect();
    client.raw(hex("000000"));
    await settle();
    under.pass(10_000);
    expect(client.isClosed).toBe(false);
    under.pass(TICK_MILLIS);
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["it got no session in time"]);
  });
});

describe("a frame", () => {
  const padded = (size: number): Uint8Array =>
    create(1, "/a", { data: new Uint8Array(size - create(1, "/a", { data: bytes("") }).length) });

  test("of as many bytes as are allowed is taken", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(padded(1_048_575));
    await under.proposed(1);
    under.commit();
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
    client.send(getData(2, "/a"));
    expect((await client.reply()).body.length).toBeGreaterThan(1_048_000);
  });

  test("of one more closes the connection", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(padded(1_048_576));
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["a frame of 1048576 bytes; at most 1048575 are taken"]);
  });

  test("may be shorter or longer if the configuration says so", async () => {
    under = await ServerUnderTest.start({ limits: { frameBytesMax: 100 } });
    const client = await under.open();
    client.send(padded(101));
    expect(await client.next()).toBe(null);
  });

  test("that has begun to arrive takes of what all connections may hold together", async () => {
    under = await ServerUnderTest.start({ limits: { unfinishedBytesMax: 100_000 } });
    const [one, two, three] = [await under.open(), await under.open(), await under.open()];
    const begun = hex(`000fffff${"00".repeat(60_000)}`);
    one.raw(begun);
    await settle();
    two.raw(begun);
    expect(await two.next()).toBe(null);
    expect(under.reasons).toEqual(["too many large requests have begun to arrive"]);
    one.destroy();
    await one.closed();
    await settle();
    three.raw(begun);
    await settle();
    expect(three.isClosed).toBe(false);
  });

  test("too short for a request closes the connection", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(hex("00000001"));
    expect(await client.next()).toBe(null);
    expect(under.reasons).toEqual(["a request of 4 bytes"]);
  });
});

describe("connections", () => {
  test("from one address are as many as are allowed", async () => {
    under = await ServerUnderTest.start({ limits: { connectionsPerAddress: 2 } });
    const first = await under.open();
    await under.open();
    const third = await under.connect();
    expect(await third.next()).toBe(null);
    expect(under.reports).toEqual([
      {
        address: "127.0.0.1",
        most: 2,
        text: "too many connections from one address (maxClientCnxns)",
      },
    ]);
    first.destroy();
    await first.closed();
    await settle();
    await under.open();
  });

  test("from everywhere, too", async () => {
    under = await ServerUnderTest.start({
      limits: { connectionsMax: 1, connectionsPerAddress: 0 },
    });
    await under.open();
    const second = await under.connect();
    expect(await second.next()).toBe(null);
    expect(under.reports).toEqual([{ most: 1, text: "too many connections (maxCnxns)" }]);
  });
});

describe("requests under way", () => {
  const creates = (from: number, to: number): Uint8Array[] =>
    Array.from({ length: to - from + 1 }, (_, i) => create(from + i, `/n${from + i}`));

  test("are bounded per connection: more are not read until there is room", async () => {
    under = await ServerUnderTest.start({ limits: { outstandingPerConnection: 3 } });
    const client = await under.open();
    client.send(...creates(1, 10));
    await under.proposed(3);
    await settle();
    expect(under.log.proposed).toHaveLength(3);
    under.commit(2);
    await under.proposed(3);
    await settle();
    expect(under.log.proposed).toHaveLength(3);
    for (let done = 2; done < 10; done++) {
      await under.proposed(1);
      under.commit(1);
    }
    const replies = await client.replies(10);
    expect(replies.map(({ xid }) => xid)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test.each([
    ["number", { outstandingMax: 4 }],
    ["bytes", { outstandingBytesMax: 4 * commandBytes(create(1, "/n1")) }],
  ])(
    "are bounded over all connections, in %s; those that waited longest go on first",
    async (_, limits) => {
      under = await ServerUnderTest.start({ limits });
      const [one, two, three] = [await under.open(), await under.open(), await under.open()];
      one.send(...creates(1, 4));
      await under.proposed(4);
      two.send(create(1, "/two"));
      await settle();
      three.send(create(1, "/three"));
      await settle();
      expect(under.log.proposed).toHaveLength(4);
      under.commit(1);
      await settle();
      expect(under.log.proposed).toHaveLength(4);
      under.commit();
      await two.reply();
      await under.proposed(1);
      under.commit();
      await three.reply();
      expect(under.machine.tree.find("/three")).not.toBe(null);
    },
  );

  test("of connections that are gone count until the log has answered", async () => {
    under = await ServerUnderTest.start({ limits: { outstandingMax: 4 } });
    const [gone, client] = [await under.open(), await under.open()];
    gone.send(...creates(1, 4));
    await under.proposed(4);
    gone.destroy();
    await settle();
    client.send(create(1, "/a"));
    await settle();
    expect(under.log.proposed).toHaveLength(4);
    under.commit();
    await under.proposed(1);
    under.commit();
    expect(await client.reply()).toMatchObject({ xid: 1, error: 0 });
  });

  test("behind a sync of a connection that is gone count no more, and are never made", async () => {
    under = await ServerUnderTest.start({ limits: { outstandingMax: 2 } });
    const [gone, client] = [await under.open(), await under.open()];
    gone.send(sync(1, "/"), create(2, "/gone"));
    await until(() => under.log.reads.length === 1);
    gone.destroy();
    await settle();
    client.send(...creates(1, 2));
    await under.proposed(2);
    under.log.reads[0]?.(null);
    expect(under.log.proposed).toHaveLength(2);
  });

  test("of a client that does not read its replies are not read either", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 100_000 } });
    const client = await under.open();
    client.send(create(1, "/large", { data: new Uint8Array(50_000) }));
    await under.proposed(1);
    under.commit();
    await client.reply();
    client.socket.pause();
    const COUNT = 2000;
    client.send(...Array.from({ length: COUNT }, (_, i) => getData(2 + i, "/large")));
    const received = async (): Promise<number> => {
      const other = await under.connect();
      other.raw("srvr");
      return Number(/Received: (\d+)/.exec(await other.text())?.[1]);
    };
    await settle();
    let before = -1;
    for (let now = await received(); now !== before + 1; now = await received()) {
      before = now;
      await settle();
    }
    expect(before).toBeLessThan(COUNT / 2);
    client.socket.resume();
    const replies = await client.replies(COUNT);
    expect(replies.map(({ xid }) => xid)).toEqual(Array.from({ length: COUNT }, (_, i) => 2 + i));
  });

  test("that are answered behind a write do not flood a client that does not read", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 10_000 } });
    const client = await under.open();
    client.send(create(1, "/large", { data: new Uint8Array(5_000) }));
    await under.proposed(1);
    const reads = Array.from({ length: 50 }, (_, i) => getData(2 + i, "/large"));
    client.send(...reads, create(100, "/behind"), getData(101, "/behind"));
    await settle();
    // So many reads would have to be answered before it is applied, whoever reads that or not.
    expect(under.log.proposed).toHaveLength(1);
    under.commit();
    await under.proposed(1);
    under.commit();
    const replies = await client.replies(53);
    expect(replies.map(({ xid }) => xid)).toEqual([1, ...reads.map((_, i) => 2 + i), 100, 101]);
  });

  // Once, a read that waited for a client to take its replies showed what that client wrote after it.
  test("are answered before a write behind them, even if the client does not read", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 10_000 } });
    const client = await under.open();
    client.send(create(1, "/x", { data: new Uint8Array(50_000) }));
    await under.proposed(1);
    client.send(
      getData(2, "/x"),
      getData(3, "/x"),
      read(4, OPCODE.getData, "/x", true),
      setData(5, "/x", bytes("new")),
    );
    await under.proposed(2);
    under.commit();
    const replies = await client.replies(6);
    expect(replies.map(({ xid }) => xid)).toEqual([1, 2, 3, 4, XID.notification, 5]);
    expect(replies[3]?.body.length).toBeGreaterThan(50_000);
  });

  test("are answered before a write behind them that a sync held back, too", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 10_000 } });
    const client = await under.open();
    client.send(create(1, "/x", { data: new Uint8Array(50_000) }));
    await under.proposed(1);
    under.commit();
    await client.reply();
    client.send(
      sync(2, "/"),
      getData(3, "/x"),
      getData(4, "/x"),
      read(5, OPCODE.getData, "/x", true),
      setData(6, "/x", bytes("new")),
    );
    await until(() => under.log.reads.length === 1);
    for (const done of under.log.reads.splice(0)) done(null);
    // In one turn, in which the client can take nothing.
    under.commit();
    const replies = await client.replies(6);
    expect(replies.map(({ xid }) => xid)).toEqual([2, 3, 4, 5, XID.notification, 6]);
    expect(replies[3]?.body.length).toBeGreaterThan(50_000);
  });

  test("of a client that takes no replies do not keep its session alive", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 10_000 } });
    const client = await under.open({ timeoutMillis: 500 });
    client.send(create(1, "/large", { data: new Uint8Array(1_000_000) }));
    await under.proposed(1);
    under.commit();
    await client.reply();
    client.socket.pause();
    client.send(...Array.from({ length: 100 }, (_, i) => getData(2 + i, "/large")));
    await settle();
    under.pass(2_000);
    expect(under.reasons).toEqual(["nothing was heard of it"]);
  });

  test("are not waited for without end when the client has asked for its last", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 10_000 } });
    const client = await under.open({ timeoutMillis: 500 });
    client.send(create(1, "/large", { data: new Uint8Array(1_000_000) }), create(2, "/a"));
    await under.proposed(2);
    under.commit();
    await client.replies(2);
    client.socket.pause();
    const reads = Array.from({ length: 30 }, (_, i) => getData(4 + i, "/large"));
    client.send(setData(3, "/a", null), ...reads, frame(99, 999));
    await under.proposed(1);
    await settle();
    under.commit();
    await settle();
    under.pass(2_000);
    expect(under.reasons).toEqual(["it does not read its last replies"]);
  });

  // Once, the last replies had a second, however much there was to take.
  test("are all answered to a client that takes its time after its last", async () => {
    under = await ServerUnderTest.start({ limits: { outputBytesMax: 100_000_000 } });
    const client = await under.open({ timeoutMillis: 5_000 });
    client.send(create(1, "/large", { data: new Uint8Array(1_000_000) }));
    await under.proposed(1);
    under.commit();
    await client.reply();
    client.socket.pause();
    const reads = Array.from({ length: 20 }, (_, i) => getData(2 + i, "/large"));
    client.send(...reads, closeSession(30));
    await under.proposed(1);
    under.commit();
    await settle();
    under.pass(1_500);
    client.socket.resume();
    expect(await client.replies(21)).toHaveLength(21);
  });

  // Once, a frame of 16 KB was answered with 1.6 GB.
  test("that ask for too much at once are refused, and the client goes on", async () => {
    under = await ServerUnderTest.start({ limits: { frameBytesMax: 50_000 } });
    const client = await under.open();
    client.send(create(1, "/large", { data: new Uint8Array(40_000) }));
    await under.proposed(1);
    under.commit();
    await client.reply();
    client.send(getAll(2, "/large", 4), getAll(3, "/large", 6), getData(4, "/large"));
    const replies = await client.replies(3);
    expect(replies.map(({ error }) => error)).toEqual([0, ERROR.badArguments, 0]);
    expect(replies[0]?.body.length).toBeGreaterThan(160_000);
  });

  test("that take long leave their turn to others", async () => {
    let millis = 0;
    under = await ServerUnderTest.start({ now: () => (millis += 3) });
    const [busy, other] = [await under.open(), await under.open()];
    const COUNT = 200;
    busy.send(...Array.from({ length: COUNT }, (_, i) => getData(1 + i, "/")));
    other.send(getData(1, "/"));
    await other.reply();
    expect(busy.arrived).toBeLessThan(COUNT / 2);
    expect(await busy.replies(COUNT)).toHaveLength(COUNT);
  });

  test("that leave watches end the connection of a client that is not read what it is told", async () => {
    under = await ServerUnderTest.start({ limits: { notificationBytesMax: 100_000 } });
    const [watcher, writer] = [await under.open(), await under.open()];
    watcher.send(addWatch(1, "/", 1));
    await watcher.reply();
    watcher.socket.pause();
    // What the sockets hold is not counted: long names get past that soon.
    for (let i = 0; under.reasons.length === 0; i++) {
      expect(i).toBeLessThan(10_000);
      writer.send(create(i, `/${"x".repeat(10_000)}${i}`));
      await under.proposed(1);
      under.commit();
      await writer.reply();
    }
    expect(under.reasons).toEqual(["it does not read what it is told of its watches"]);
  });

  test("that are told too much at once leave no watch behind", async () => {
    const limits = { notificationBytesMax: 1_000 };
    under = await ServerUnderTest.start({ limits, fourLetterWords: ["*"] });
    const client = await under.open();
    const missing = Array.from({ length: 100 }, (_, i) => `/missing${i}`);
    client.send(setWatches(missing, ["/later"]));
    expect(await client.closed()).toBe(undefined);
    const other = await under.connect();
    other.raw("wchs");
    expect(await other.text()).toContain("Total watches:0");
  });

  test("keep a client from being taken for dead while it is not read", async () => {
    under = await ServerUnderTest.start({ limits: { outstandingPerConnection: 1 } });
    const client = await under.open({ timeoutMillis: 500 });
    client.send(...creates(1, 2));
    await under.proposed(1);
    under.pass(2_000);
    expect(under.log.proposed).toHaveLength(1);
    under.commit();
    await under.proposed(1);
    under.commit();
    expect(await client.replies(2)).toHaveLength(2);
  });
});

describe("starting", () => {
  test("on a port that is taken says so", async () => {
    under = await ServerUnderTest.start();
    const [address] = under.server.addresses;
    await expect(
      ServerUnderTest.start({ listen: [address ?? { host: "", port: 0 }] }),
    ).rejects.toThrow(expect.objectContaining({ code: "ERR_ADDRESS" }));
  });

  test.each([-1, 255, 1.5])("with server id %d is refused", async (sid) => {
    under = await ServerUnderTest.start();
    await expect(ServerUnderTest.start({ sid })).rejects.toThrow(
      expect.objectContaining({ code: "ERR_CONFIGURATION" }),
    );
  });

  test("on several addresses serves them all", async () => {
    const address = { host: "127.0.0.1", port: 0 };
    under = await ServerUnderTest.start({ listen: [address, address] });
    for (const { port } of under.server.addresses) {
      const client = await JuteClient.connect(port);
      client.raw("srvr");
      expect(await client.text()).toContain("Mode: standalone");
    }
  });
});

test("closing the server ends its connections; pending writes answer nobody", async () => {
  under = await ServerUnderTest.start();
  const client = await under.open();
  client.send(create(1, "/a"), frame(2, 3), ping);
  await under.proposed(1);
  await under.server.close();
  expect(await client.next()).toBe(null);
  under.commit();
  await until(() => client.isClosed);
});
