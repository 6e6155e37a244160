import { describe, expect, test } from "vitest";
import {
  addWatch,
  auth,
  closeSession,
  create,
  create2,
  createContainer,
  createTtl,
  ephemeral,
  exists,
  getChildren,
  getChildren2,
  getData,
  multi,
  remove,
  setAcl,
  setData,
  type Entry,
  type Operation,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { either, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const PERSISTENT = 0;
const RECURSIVE = 1;
const OPEN: readonly Entry[] = [[31, "world", "anyone"]];

const DATA = getData("~/p", true);
const KINDS = {
  exists: exists("~/p", true),
  getData: DATA,
  getChildren: getChildren("~/p", true),
  getChildren2: getChildren2("~/p", true),
  persistent: addWatch("~/p", PERSISTENT),
  recursive: addWatch("~/p", RECURSIVE),
};
type Kind = keyof typeof KINDS;

/** What is there before, what happens, and what each kind of watch on `~/p` tells of it. */
interface Change {
  readonly before: readonly Operation[];
  readonly change: readonly Operation[];
  readonly told: Readonly<Record<Kind, readonly string[]>>;
}

const NOBODY: Change["told"] = {
  exists: [],
  getData: [],
  getChildren: [],
  getChildren2: [],
  persistent: [],
  recursive: [],
};

/** A watch on data, in any way, tells this. */
const ofData = (event: string): Change["told"] => ({
  ...NOBODY,
  exists: [event],
  getData: [event],
  persistent: [event],
  recursive: [event],
});
/** A watch on children tells that they changed; a recursive one what became of which. */
const ofChild = (...recursive: readonly string[]): Change["told"] => {
  const told = ["children ~/p"];
  return { ...NOBODY, getChildren: told, getChildren2: told, persistent: told, recursive };
};

const P = create("~/p");
const C = create("~/p/c");

const CHANGES: Readonly<Record<string, Change>> = {
  "it is made": {
    before: [],
    change: [P],
    told: {
      ...NOBODY,
      exists: ["created ~/p"],
      persistent: ["created ~/p"],
      recursive: ["created ~/p"],
    },
  },
  "it is made with create2": {
    before: [],
    change: [create2("~/p")],
    told: {
      ...NOBODY,
      exists: ["created ~/p"],
      persistent: ["created ~/p"],
      recursive: ["created ~/p"],
    },
  },
  "it is made as a container": {
    before: [],
    change: [createContainer("~/p")],
    told: {
      ...NOBODY,
      exists: ["created ~/p"],
      persistent: ["created ~/p"],
      recursive: ["created ~/p"],
    },
  },
  "it is made with a time to live": {
    before: [],
    change: [createTtl("~/p", 60_000n)],
    told: {
      ...NOBODY,
      exists: ["created ~/p"],
      persistent: ["created ~/p"],
      recursive: ["created ~/p"],
    },
  },
  "it is set": { before: [P], change: [setData("~/p", "y")], told: ofData("changed ~/p") },
  "it is set to what it was": {
    before: [P],
    change: [setData("~/p", "x")],
    told: ofData("changed ~/p"),
  },
  "it is set without success": { before: [P], change: [setData("~/p", "y", 7)], told: NOBODY },
  "it is deleted": {
    before: [P],
    change: [remove("~/p")],
    told: {
      exists: ["deleted ~/p"],
      getData: ["deleted ~/p"],
      getChildren: ["deleted ~/p"],
      getChildren2: ["deleted ~/p"],
      persistent: ["deleted ~/p"],
      recursive: ["deleted ~/p"],
    },
  },
  "it is deleted without success": { before: [P, C], change: [remove("~/p")], told: NOBODY },
  "its list is set": { before: [P], change: [setAcl("~/p", OPEN)], told: NOBODY },
  "a child is made": { before: [P], change: [C], told: ofChild("created ~/p/c") },
  "a child is made without success": { before: [P, C], change: [C], told: NOBODY },
  "a child is set": {
    before: [P, C],
    change: [setData("~/p/c", "y")],
    told: { ...NOBODY, recursive: ["changed ~/p/c"] },
  },
  "a child is deleted": {
    before: [P, C],
    change: [remove("~/p/c")],
    told: ofChild("deleted ~/p/c"),
  },
  "a grandchild is made": {
    before: [P, C],
    change: [create("~/p/c/g")],
    told: { ...NOBODY, recursive: ["created ~/p/c/g"] },
  },
  "a grandchild is set": {
    before: [P, C, create("~/p/c/g")],
    change: [setData("~/p/c/g", "y")],
    told: { ...NOBODY, recursive: ["changed ~/p/c/g"] },
  },
  "a grandchild is deleted": {
    before: [P, C, create("~/p/c/g")],
    change: [remove("~/p/c/g")],
    told: { ...NOBODY, recursive: ["deleted ~/p/c/g"] },
  },
  "a sibling is made whose name begins alike": {
    before: [P],
    change: [create("~/p2")],
    told: NOBODY,
  },
  "its parent is set": { before: [P], change: [setData("~", "y")], told: NOBODY },
  "it is set twice": {
    before: [P],
    change: [setData("~/p", "y"), setData("~/p", "z")],
    told: {
      ...ofData("changed ~/p"),
      persistent: ["changed ~/p", "changed ~/p"],
      recursive: ["changed ~/p", "changed ~/p"],
    },
  },
  "it is deleted and made anew": {
    before: [P],
    change: [remove("~/p"), P],
    told: {
      exists: ["deleted ~/p"],
      getData: ["deleted ~/p"],
      getChildren: ["deleted ~/p"],
      getChildren2: ["deleted ~/p"],
      persistent: ["deleted ~/p", "created ~/p"],
      recursive: ["deleted ~/p", "created ~/p"],
    },
  },
  "it gets children, twice": {
    before: [P],
    change: [C, create("~/p/d")],
    told: {
      ...ofChild("created ~/p/c", "created ~/p/d"),
      persistent: ["children ~/p", "children ~/p"],
    },
  },
  "all that happens in one transaction": {
    before: [],
    change: [multi([P, setData("~/p", "y"), C, remove("~/p/c"), remove("~/p")])],
    told: {
      ...NOBODY,
      exists: ["created ~/p"],
      persistent: ["created ~/p", "changed ~/p", "children ~/p", "children ~/p", "deleted ~/p"],
      recursive: ["created ~/p", "changed ~/p", "created ~/p/c", "deleted ~/p/c", "deleted ~/p"],
    },
  },
  "a transaction fails": {
    before: [P],
    change: [multi([setData("~/p", "y"), C, remove("~/none")])],
    told: NOBODY,
  },
};

const MATRIX = Object.entries(CHANGES).flatMap(([name, { before, change, told }]) =>
  Object.entries(KINDS).map(
    ([kind, watch]) => [kind, name, before, watch, change, told[kind as Kind]] as const,
  ),
);

async function doAll(client: WireClient, operations: readonly Operation[]): Promise<void> {
  for (const operation of operations) await client.ask(operation);
}

describe("a watch left by", () => {
  test.each(MATRIX)("%s: %s", async (_kind, _name, before, watch, change, told) => {
    const writer = await wire.open();
    const watcher = await wire.open(writer.home);
    await writer.all(before);
    await watcher.ask(watch);
    await doAll(writer, change);
    expect(await watcher.events()).toEqual(told);
    expect(await writer.events()).toEqual([]);
  });
});

describe("a watcher hears at most once of a change that", () => {
  const SEVERAL: readonly (readonly [
    what: string,
    watches: readonly Operation[],
    Operation,
    readonly string[],
  ])[] = [
    [
      "getData and exists both saw",
      [DATA, exists("~/p", true)],
      setData("~/p", "y"),
      ["changed ~/p"],
    ],
    ["getData saw three times", [DATA, DATA, DATA], setData("~/p", "y"), ["changed ~/p"]],
    [
      "getData and getChildren both saw",
      [DATA, getChildren("~/p", true)],
      remove("~/p"),
      ["deleted ~/p"],
    ],
    [
      "a persistent and a one-shot watch both saw",
      [DATA, addWatch("~/p", PERSISTENT)],
      setData("~/p", "y"),
      ["changed ~/p"],
    ],
    [
      "a persistent and a recursive watch both saw",
      [addWatch("~/p", PERSISTENT), addWatch("~/p", RECURSIVE)],
      setData("~/p", "y"),
      ["changed ~/p"],
    ],
    [
      "two recursive watches saw, one above the other",
      [addWatch("~", RECURSIVE), addWatch("~/p", RECURSIVE)],
      setData("~/p", "y"),
      ["changed ~/p"],
    ],
    [
      "a recursive watch above and a one-shot watch saw",
      [addWatch("~", RECURSIVE), DATA],
      setData("~/p", "y"),
      ["changed ~/p"],
    ],
  ];
  test.each(SEVERAL)("%s", async (_what, watches, change, told) => {
    const writer = await wire.open();
    const watcher = await wire.open(writer.home);
    await writer.all([P]);
    await watcher.all(watches);
    await writer.all([change]);
    expect(await watcher.events()).toEqual(told);
  });
});

describe("the events of one change", () => {
  const ORDERS: readonly (readonly [
    what: string,
    before: readonly Operation[],
    watches: readonly Operation[],
    Operation,
    readonly string[],
  ])[] = [
    [
      "a node that is made: its own before its parent's",
      [],
      [exists("~/p", true), getChildren("~", true)],
      P,
      ["created ~/p", "children ~"],
    ],
    [
      "a node that is deleted: its own before its parent's",
      [P],
      [getChildren("~", true), getChildren("~/p", true), DATA],
      remove("~/p"),
      ["deleted ~/p", "children ~"],
    ],
    [
      "a node under a recursive and a child watch",
      [],
      [addWatch("~", RECURSIVE), getChildren("~", true)],
      P,
      ["created ~/p", "children ~"],
    ],
    [
      "operations of a transaction: in their order",
      [P],
      [DATA, exists("~/q", true), getChildren("~", true)],
      multi([create("~/q"), setData("~/p", "y"), remove("~/p")]),
      ["created ~/q", "children ~", "changed ~/p"],
    ],
  ];
  test.each(ORDERS)("come in order: %s", async (_what, before, watches, change, told) => {
    const writer = await wire.open();
    const watcher = await wire.open(writer.home);
    await writer.all(before);
    for (const watch of watches) await watcher.ask(watch);
    await writer.all([change]);
    expect(await watcher.events()).toEqual(told);
  });

  test("carry the zxid of the change", async () => {
    const writer = await wire.open();
    const watcher = await wire.open(writer.home);
    await watcher.all([addWatch("~", RECURSIVE), getChildren("~", true)]);
    await writer.all([create("~/p"), setData("~/p", "y")]);
    expect(await watcher.events()).toEqual(["created ~/p", "children ~", "changed ~/p"]);
    const [made, set] = [writer.zxids.get(2), writer.zxids.get(3)];
    expect(watcher.eventZxids).toEqual(either([made, made, set], [-1n, -1n, -1n]));
  });
});

describe("a watch", () => {
  test("tells its own client before the reply to the change, and to a read that shows it", async () => {
    const client = await wire.open();
    const operations = [exists("~/p", true), P, getData("~/p")];
    const xids = operations.map((operation) => client.send(operation));
    const heard: number[] = [];
    for (let i = 0; i < 4; i++) heard.push((await client.frame())?.readInt32BE() ?? 0);
    expect(heard).toEqual([xids[0], -1, xids[1], xids[2]]);
  });

  test.each([
    ["getData", getData("~/none", true)],
    ["getChildren", getChildren("~/none", true)],
    ["getChildren2", getChildren2("~/none", true)],
  ])("is not left by %s on a node that is not there", async (_kind, watch) => {
    const client = await wire.open();
    expect(await client.ask(watch)).toEqual({ error: "NONODE" });
    await client.all([create("~/none"), setData("~/none", "y"), create("~/none/c")]);
    expect(await client.events()).toEqual([]);
  });

  test("is not left by a read that asks for none", async () => {
    const client = await wire.open();
    await client.all([P, exists("~/p"), getData("~/p"), getChildren("~/p"), getChildren2("~/p")]);
    await client.all([setData("~/p", "y"), C, remove("~/p/c"), remove("~/p")]);
    expect(await client.events()).toEqual([]);
  });

  test("ends with its connection, not with the session", async () => {
    const writer = await wire.open();
    const watcher = await wire.open(writer.home);
    await writer.all([P]);
    await watcher.all([DATA, addWatch("~", RECURSIVE)]);
    const { session = 0n, password = null } = watcher.welcome ?? {};
    const back = await wire.open(writer.home, { session, password });
    await writer.all([setData("~/p", "y")]);
    expect(await back.events()).toEqual([]);
  });

  test("of another client stays when one has fired", async () => {
    const [one, other] = [await wire.open(), await wire.open()];
    const writer = await wire.open(one.home);
    const elsewhere = await wire.open(other.home);
    await writer.all([P]);
    await elsewhere.all([P]);
    await one.all([DATA]);
    await other.all([DATA]);
    await writer.all([setData("~/p", "y")]);
    expect([await one.events(), await other.events()]).toEqual([["changed ~/p"], []]);
  });

  test("tells of the ephemeral nodes of a session that ends", async () => {
    const owner = await wire.open();
    const watcher = await wire.open(owner.home);
    await owner.all([ephemeral("~/p")]);
    await watcher.all([DATA, getChildren("~", true)]);
    await owner.all([closeSession]);
    expect(await watcher.events()).toEqual(["deleted ~/p", "children ~"]);
  });

  test.each([
    ["2", 2],
    ["-1", -1],
  ])("is not added with mode %s", async (_what, mode) => {
    const client = await wire.open();
    expect(await client.ask(addWatch("~/p", mode))).toEqual({ error: "MARSHALLINGERROR" });
    expect(await client.ask(exists("~"))).toMatchObject({ error: "OK" });
  });

  test("on the root, recursive, tells of everything", async () => {
    const client = await wire.open();
    const watcher = await wire.open(client.home);
    await watcher.all([addWatch("/", RECURSIVE)]);
    await client.all([P, C, setData("~/p/c", "y"), remove("~/p/c")]);
    // Other tests' nodes may be told of, too.
    const own = (await watcher.events()).filter((event) => event.includes("~"));
    expect(own).toEqual(["created ~/p", "created ~/p/c", "changed ~/p/c", "deleted ~/p/c"]);
  });

  test("that is persistent may be recursive, too", async () => {
    const client = await wire.open();
    const watcher = await wire.open(client.home);
    await client.all([P]);
    await watcher.all([addWatch("~/p", PERSISTENT), addWatch("~/p", RECURSIVE)]);
    await client.all([C]);
    const told = ["children ~/p", "created ~/p/c"];
    expect([...(await watcher.events())].toSorted()).toEqual(either(told, told.slice(1)));
  });
});

describe("who may not read a node", () => {
  const OWN: readonly Entry[] = [[31, "auth", ""]];
  const closed = create("~/p", { acl: OWN });

  async function pair(): Promise<readonly [WireClient, WireClient]> {
    const owner = await wire.open();
    await owner.all([auth("digest", "owner:pw")]);
    return [owner, await wire.open(owner.home)];
  }

  test("is not told that it is there", async () => {
    const [owner, stranger] = await pair();
    await owner.all([closed]);
    expect((await stranger.ask(exists("~/p"))).error).toBe(either("NOAUTH", "OK"));
  });

  test.each([
    ["exists", exists("~/p", true)],
    ["a persistent watch", addWatch("~/p", PERSISTENT)],
    ["a recursive watch", addWatch("~", RECURSIVE)],
  ])("is not told by %s when it is made, set and deleted", async (_kind, watch) => {
    const [owner, stranger] = await pair();
    await stranger.ask(watch);
    await owner.all([closed, setData("~/p", "y"), remove("~/p")]);
    expect(await stranger.events()).toEqual([]);
  });

  test.each([
    ["getData", DATA, setData("~/p", "y")],
    ["getData", DATA, remove("~/p")],
    ["getChildren", getChildren("~/p", true), C],
    ["getChildren", getChildren("~/p", true), remove("~/p")],
  ])("any more is not told by %s (%#)", async (_kind, watch, change) => {
    const [owner, stranger] = await pair();
    await owner.all([P]);
    await stranger.all([watch]);
    await owner.all([setAcl("~/p", OWN), change]);
    expect(await stranger.events()).toEqual([]);
  });

  test("is told of the children of a parent that it may read", async () => {
    const [owner, stranger] = await pair();
    await stranger.all([getChildren("~", true)]);
    await owner.all([closed]);
    expect(await stranger.events()).toEqual(["children ~"]);
  });

  test("is told once it has the right", async () => {
    const [owner, reader] = await pair();
    await reader.all([addWatch("~", RECURSIVE)]);
    await reader.all([auth("digest", "owner:pw")]);
    await owner.all([closed]);
    expect(await reader.events()).toEqual(["created ~/p"]);
  });
});
