import { afterEach, describe, expect, test } from "vitest";
import { ERROR, JuteReader, OPCODE, XID } from "../../../src/zookeeper/codec/index.ts";
import { EVENT } from "../../../src/zookeeper/watch/index.ts";
import { create, frame, hex, ping, read, remove, setData, toHex } from "../requests.ts";
import type { JuteClient, Reply } from "./jute-client.ts";
import { ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
afterEach(() => under.close());

const { exists, getChildren, getData } = OPCODE;

/** `type path` of a notification, `reply xid error` of a reply. */
function describeReply({ xid, error, body }: Reply): string {
  if (xid !== XID.notification) return `reply ${xid} ${error}`;
  const reader = new JuteReader(body);
  const [type, state, path] = [reader.int(), reader.int(), reader.ustring()];
  expect(state).toBe(3);
  const name = Object.entries(EVENT).find(([, number]) => number === type)?.[0];
  return `${name} ${path}`;
}

/** Everything that came since the last time; a ping's reply ends it, being the last thing asked for. */
async function heard(client: JuteClient): Promise<string[]> {
  client.send(ping);
  const texts: string[] = [];
  for (;;) {
    const reply = await client.reply();
    if (reply.xid === XID.ping) return texts;
    texts.push(describeReply(reply));
  }
}

/** Nodes made by somebody else. */
async function write(writer: JuteClient, ...requests: readonly Uint8Array[]): Promise<void> {
  writer.send(...requests);
  await under.proposed(requests.length);
  under.commit();
  await writer.replies(requests.length);
}

describe("a watch", () => {
  test("fires once, in ZooKeeper's bytes", async () => {
    under = await ServerUnderTest.start();
    const [watcher, writer] = [await under.open(), await under.open()];
    await write(writer, create(1, "/a"));
    watcher.send(read(7, getData, "/a", true));
    await watcher.reply();
    await write(writer, setData(2, "/a", null), setData(3, "/a", null));
    const event = await watcher.next();
    expect(toHex(event ?? hex(""))).toBe(
      "ffffffff0000000200000004000000000000000300000003000000022f61",
    );
    expect(await heard(watcher)).toEqual([]);
  });

  const A = "/a";
  test.each([
    ["exists", exists, "/a/new", create(9, "/a/new"), ["nodeCreated /a/new"]],
    ["exists", exists, A, setData(9, A, null), ["nodeDataChanged /a"]],
    ["getData", getData, A, setData(9, A, null), ["nodeDataChanged /a"]],
    ["getData", getData, A, create(9, "/a/new"), []],
    ["getData", getData, "/a/b", remove(9, "/a/b"), ["nodeDeleted /a/b"]],
    ["getChildren", getChildren, A, create(9, "/a/new"), ["nodeChildrenChanged /a"]],
    ["getChildren", getChildren, A, remove(9, "/a/b"), ["nodeChildrenChanged /a"]],
    ["getChildren", getChildren, A, setData(9, A, null), []],
    ["getChildren", getChildren, "/", create(9, "/other"), ["nodeChildrenChanged /"]],
    ["getChildren", getChildren, "/a/b", remove(9, "/a/b"), ["nodeDeleted /a/b"]],
    ["getData of nothing", getData, "/a/new", create(9, "/a/new"), []],
    ["getChildren of nothing", getChildren, "/a/new", create(9, "/a/new"), []],
    ["exists", exists, A, setData(9, A, null, 77), []],
  ] as const)("left by %s (%i) on %s", async (_name, opcode, path, change, expected) => {
    under = await ServerUnderTest.start();
    const [watcher, writer] = [await under.open(), await under.open()];
    await write(writer, create(1, A), create(2, "/a/b"));
    watcher.send(read(1, opcode, path, true));
    await watcher.reply();
    await write(writer, change);
    expect(await heard(watcher)).toEqual(expected);
  });

  test("of data and of children tell once of a deletion, however often they were left", async () => {
    under = await ServerUnderTest.start();
    const [watcher, writer] = [await under.open(), await under.open()];
    await write(writer, create(1, "/a"));
    const asks = [getData, getData, exists, getChildren, OPCODE.getChildren2];
    watcher.send(...asks.map((opcode, i) => read(i, opcode, "/a", true)));
    await watcher.replies(asks.length);
    await write(writer, remove(2, "/a"));
    expect(await heard(watcher)).toEqual(["nodeDeleted /a"]);
  });

  test("tells before a reply shows the change, also of the client's own write", async () => {
    under = await ServerUnderTest.start();
    const client = await under.open();
    client.send(read(1, exists, "/a", true), create(2, "/a"), read(3, getData, "/a"));
    await under.proposed(1);
    under.commit();
    const texts = (await client.replies(4)).map(describeReply);
    expect(texts).toEqual(["reply 1 -101", "nodeCreated /a", "reply 2 0", "reply 3 0"]);
  });

  test("ends with its connection", async () => {
    under = await ServerUnderTest.start();
    const [watcher, writer] = [await under.open(), await under.open()];
    watcher.send(read(1, getChildren, "/", true), read(2, exists, "/x", true));
    await watcher.replies(2);
    watcher.destroy();
    await watcher.closed();
    await heard(writer);
    await write(writer, create(1, "/a"));
    expect(await heard(writer)).toEqual([]);
  });

  test("beyond what a connection may have is refused", async () => {
    under = await ServerUnderTest.start({ limits: { watchesPerConnection: 2 } });
    const client = await under.open();
    const paths = ["/1", "/2", "/3"];
    client.send(...paths.map((path, i) => read(i, exists, path, true)));
    const errors = (await client.replies(3)).map(({ error }) => error);
    expect(errors).toEqual([ERROR.noNode, ERROR.noNode, ERROR.throttledOp]);
  });
});

test("watches of one connection are bounded by the length of their paths, too", async () => {
  under = await ServerUnderTest.start({ limits: { watchCharactersPerConnection: 10 } });
  const [client, writer] = [await under.open(), await under.open()];
  client.send(
    read(1, exists, "/four", true),
    read(2, exists, "/five", true),
    read(3, exists, "/", true),
  );
  expect((await client.replies(3)).map(({ error }) => error)).toEqual([
    ERROR.noNode,
    ERROR.noNode,
    ERROR.throttledOp,
  ]);
  await write(writer, create(1, "/five"));
  await client.reply();
  client.send(read(4, exists, "/nine", true), read(5, exists, "/", true));
  expect((await client.replies(2)).map(({ error }) => error)).toEqual([
    ERROR.noNode,
    ERROR.throttledOp,
  ]);
});

describe("watches that are taken up again", () => {
  const SEEN = 0x2_0000_0000;
  const setWatches = (
    zxid: number,
    lists: readonly (readonly string[] | null)[],
    opcode: number = OPCODE.setWatches,
  ): Uint8Array =>
    frame(-8, opcode, (writer) => {
      writer.long(zxid);
      for (const list of lists) {
        writer.int(list === null ? -1 : list.length);
        for (const path of list ?? []) writer.ustring(path);
      }
    });

  test.each([
    ["data", [["/gone"], [], []], ["nodeDeleted /gone"]],
    ["data", [["/a"], [], []], ["nodeDataChanged /a"]],
    ["data", [["/old"], [], []], []],
    ["exist", [[], ["/a"], []], ["nodeCreated /a"]],
    ["exist", [[], ["/gone"], []], []],
    ["child", [[], [], ["/gone"]], ["nodeDeleted /gone"]],
    ["child", [[], [], ["/a"]], ["nodeChildrenChanged /a"]],
    ["child", [null, null, ["/old"]], []],
  ] as const)("%s %j", async (_list, lists, missed) => {
    under = await ServerUnderTest.start();
    const [watcher, writer] = [await under.open(), await under.open()];
    await write(writer, create(1, "/old"), create(2, "/a"), create(3, "/a/b"));
    // Both sessions and /old came before: zxids 1, 2 and 3.
    watcher.send(setWatches(SEEN + 3, lists));
    const expected = [...missed, "reply -8 0"];
    expect((await watcher.replies(expected.length)).map(describeReply)).toEqual(expected);
    await write(writer, setData(4, "/old", null), create(5, "/old/c"), create(6, "/gone"));
    const later = {
      "/old": ["nodeDataChanged /old"],
      "/gone": ["nodeCreated /gone"],
      child: ["nodeChildrenChanged /old"],
    };
    if (missed.length > 0) expect(await heard(watcher)).toEqual([]);
    else if (_list === "data") expect(await heard(watcher)).toEqual(later["/old"]);
    else if (_list === "exist") expect(await heard(watcher)).toEqual(later["/gone"]);
    else expect(await heard(watcher)).toEqual(later.child);
  });

  test("persistent ones go on, and are not told what they missed", async () => {
    under = await ServerUnderTest.start();
    const [client, writer] = [await under.open(), await under.open()];
    client.send(setWatches(0, [["/none"], [], [], ["/a"], ["/b"]], OPCODE.setWatches2));
    expect((await client.replies(2)).map(describeReply)).toEqual([
      "nodeDeleted /none",
      "reply -8 0",
    ]);
    await write(
      writer,
      create(1, "/a"),
      setData(2, "/a", null),
      create(3, "/b"),
      create(4, "/b/c"),
    );
    expect((await client.replies(4)).map(describeReply)).toEqual([
      "nodeCreated /a",
      "nodeDataChanged /a",
      "nodeCreated /b",
      "nodeCreated /b/c",
    ]);
  });
});
