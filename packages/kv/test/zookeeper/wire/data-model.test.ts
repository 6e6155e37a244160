import { describe, expect, test } from "vitest";
import {
  create,
  create2,
  ephemeral,
  exists,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  multi,
  remove,
  sequential,
  setAcl,
  setData,
  sync,
  type Entry,
  type Operation,
  type WireStat,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { WireServer } from "./wire-server.ts";

const wire = new WireServer();

const OK = { error: "OK" };
const OPEN: readonly Entry[] = [[31, "world", "anyone"]];

/** The home is made by request 1: the first write of a test is 2. */
const HOME = 1;

/** A stat with requests for zxids. */
async function statOf(client: WireClient, path: string): Promise<object> {
  const answer = await client.ask(exists(path));
  if (!("stat" in answer)) return answer;
  const { czxid, mzxid, pzxid, ...rest } = answer.stat as WireStat;
  const byZxid = new Map([...client.zxids].toReversed().map(([xid, zxid]) => [zxid, xid]));
  const [created, modified, children] = [czxid, mzxid, pzxid].map((zxid) => byZxid.get(zxid));
  return { ...rest, created, modified, children };
}

const FRESH = { version: 0, cversion: 0, aversion: 0, ephemeralOwner: 0n, numChildren: 0 };

/** What becomes of the stat of a node: the numbers are those of the writes, from 2 on. */
const STATS: readonly (readonly [
  what: string,
  writes: readonly Operation[],
  path: string,
  expected: object,
])[] = [
  [
    "a new node",
    [create("~/a", { data: "four" })],
    "~/a",
    { ...FRESH, dataLength: 4, created: 2, modified: 2, children: 2 },
  ],
  ["a node without data", [create("~/a", { data: null })], "~/a", { ...FRESH, dataLength: 0 }],
  ["a node with empty data", [create("~/a", { data: "" })], "~/a", { ...FRESH, dataLength: 0 }],
  [
    "the parent of a new node",
    [create("~/a")],
    "~",
    { numChildren: 1, cversion: 1, version: 0, created: HOME, modified: HOME, children: 2 },
  ],
  [
    "the parent of several new nodes",
    [create("~/a"), create("~/b"), ephemeral("~/c"), sequential("~/d")],
    "~",
    { numChildren: 4, cversion: 4, version: 0, modified: HOME, children: 5 },
  ],
  [
    "the parent of nodes that are gone",
    [create("~/a"), create("~/b"), remove("~/a"), remove("~/b")],
    "~",
    { numChildren: 0, cversion: 4, version: 0, modified: HOME, children: 5 },
  ],
  [
    "the grandparent of a new node",
    [create("~/a"), create("~/a/b")],
    "~",
    { numChildren: 1, cversion: 1, children: 2 },
  ],
  [
    "a node that was set",
    [create("~/a"), setData("~/a", "seven!!")],
    "~/a",
    { ...FRESH, version: 1, dataLength: 7, created: 2, modified: 3, children: 2 },
  ],
  [
    "a node that was set to what it was",
    [create("~/a"), setData("~/a", "x"), setData("~/a", "x")],
    "~/a",
    { ...FRESH, version: 2, dataLength: 1, created: 2, modified: 4, children: 2 },
  ],
  [
    "a node that was set to nothing",
    [create("~/a"), setData("~/a", null)],
    "~/a",
    { ...FRESH, version: 1, dataLength: 0, modified: 3 },
  ],
  [
    "the parent of a node that was set",
    [create("~/a"), setData("~/a", "y")],
    "~",
    { numChildren: 1, cversion: 1, version: 0, children: 2 },
  ],
  [
    "a node with another list",
    [create("~/a"), setAcl("~/a", [[1, "world", "anyone"], ...OPEN])],
    "~/a",
    { ...FRESH, aversion: 1, created: 2, modified: 2, children: 2 },
  ],
  [
    "a node that was made anew",
    [create("~/a"), setData("~/a", "y"), remove("~/a"), create("~/a")],
    "~/a",
    { ...FRESH, created: 5, modified: 5, children: 5 },
  ],
  [
    "a node made, set and given a child in one transaction",
    [multi([create("~/a"), setData("~/a", "y"), create("~/a/b")])],
    "~/a",
    { version: 1, cversion: 1, numChildren: 1, created: 2, modified: 2, children: 2 },
  ],
  [
    "a node after a transaction that failed",
    [create("~/a"), multi([setData("~/a", "y"), create("~/a/b"), remove("~/none")])],
    "~/a",
    { ...FRESH, dataLength: 1, created: 2, modified: 2, children: 2 },
  ],
];

describe("the stat of", () => {
  test.each(STATS)("%s", async (_what, writes, path, expected) => {
    const client = await wire.open();
    await client.all(writes);
    expect(await statOf(client, path)).toMatchObject(expected);
  });

  test("an ephemeral node names its session", async () => {
    const client = await wire.open();
    await client.all([ephemeral("~/e")]);
    const ephemeralOwner = client.welcome?.session;
    expect(await statOf(client, "~/e")).toMatchObject({ ...FRESH, ephemeralOwner });
  });

  test("a node is the same, whoever asks", async () => {
    const client = await wire.open();
    const created = await client.ask(create2("~/a"));
    const set = await client.ask(setData("~/a", "y"));
    const asked = [exists("~/a"), getData("~/a"), getAcl("~/a"), getChildren2("~/a")];
    const { path, stat } = { path: "", stat: {}, ...created };
    expect(path).toBe("~/a");
    expect(stat).toMatchObject(FRESH);
    for (const operation of asked) {
      expect(await client.ask(operation)).toMatchObject({ stat: "stat" in set ? set.stat : null });
    }
  });

  test("a new node says when it was made, by the clock of people", async () => {
    const before = BigInt(Date.now()) - 60_000n;
    const client = await wire.open();
    const answer = await client.ask(create2("~/a"));
    const { ctime, mtime } = {
      ctime: 0n,
      mtime: 0n,
      ...("stat" in answer ? (answer.stat as WireStat) : {}),
    };
    expect(ctime).toBe(mtime);
    expect(ctime).toBeGreaterThan(before);
    expect(ctime).toBeLessThan(before + 180_000n);
  });

  test("nodes made in one transaction have its one zxid and one time", async () => {
    const client = await wire.open();
    await client.all([multi([create("~/a"), create("~/b")])]);
    const [a, b] = [await statOf(client, "~/a"), await statOf(client, "~/b")];
    expect(a).toEqual(b);
  });
});

describe("a version", () => {
  const VERSIONS: readonly (readonly [what: string, Operation, error: string])[] = [
    ["setData with that of the node", setData("~/a", "z", 1), "OK"],
    ["setData with any", setData("~/a", "z", -1), "OK"],
    ["setData with an older one", setData("~/a", "z", 0), "BADVERSION"],
    ["setData with a newer one", setData("~/a", "z", 2), "BADVERSION"],
    ["setData with -2", setData("~/a", "z", -2), "BADVERSION"],
    ["delete with that of the node", remove("~/a", 1), "OK"],
    ["delete with any", remove("~/a", -1), "OK"],
    ["delete with an older one", remove("~/a", 0), "BADVERSION"],
    ["delete with a newer one", remove("~/a", 2), "BADVERSION"],
    ["setACL with that of the list", setAcl("~/a", OPEN, 0), "OK"],
    ["setACL with any", setAcl("~/a", OPEN, -1), "OK"],
    ["setACL with that of the data", setAcl("~/a", OPEN, 1), "BADVERSION"],
  ];
  test.each(VERSIONS)("of %s", async (_what, operation, error) => {
    const client = await wire.open();
    await client.all([create("~/a"), setData("~/a", "y")]);
    expect(await client.ask(operation)).toMatchObject({ error });
  });
});

describe("data", () => {
  test.each([
    ["none", null],
    ["empty", ""],
    ["of one byte", "x"],
    ["of many bytes", "long ".repeat(100_000)],
  ])("%s comes back as it was made and as it was set", async (_what, data) => {
    const client = await wire.open();
    await client.all([create("~/made", { data }), create("~/set"), setData("~/set", data)]);
    expect(await client.ask(getData("~/made"))).toMatchObject({ data });
    expect(await client.ask(getData("~/set"))).toMatchObject({ data });
  });
});

describe("a node that is not there", () => {
  const MISSING: readonly (readonly [what: string, Operation])[] = [
    ["exists", exists("~/none")],
    ["getData", getData("~/none")],
    ["setData", setData("~/none", "x")],
    ["delete", remove("~/none")],
    ["getACL", getAcl("~/none")],
    ["setACL", setAcl("~/none", OPEN)],
    ["getChildren", getChildren("~/none")],
    ["getChildren2", getChildren2("~/none")],
    ["getAllChildrenNumber", getAllChildrenNumber("~/none")],
    ["create below it", create("~/none/a")],
  ];
  test.each(MISSING)("is told so by %s", async (_what, operation) => {
    const client = await wire.open();
    expect(await client.ask(operation)).toEqual({ error: "NONODE" });
  });

  test("may be synced with", async () => {
    const client = await wire.open();
    expect(await client.ask(sync("~/none"))).toEqual({ ...OK, path: "~/none" });
  });
});

describe("getAllChildrenNumber", () => {
  test.each([
    ["a node without children", "~/a/b/c", 0],
    ["a node with one", "~/a/b", 1],
    ["a node with some below", "~/a", 3],
    ["the home", "~", 5],
  ])("of %s", async (_what, path, number) => {
    const client = await wire.open();
    const nodes = ["~/a", "~/ab", "~/a/b", "~/a/b/c", "~/a/d"];
    await client.all(nodes.map((node) => create(node)));
    expect(await client.ask(getAllChildrenNumber(path))).toEqual({ ...OK, number });
  });

  test("of the root counts on with every node", async () => {
    const client = await wire.open();
    const numbers: unknown[] = [];
    for (const node of ["~/a", "~/b"]) {
      const answer = await client.ask(getAllChildrenNumber("/"));
      numbers.push("number" in answer ? answer.number : answer);
      await client.all([create(node)]);
    }
    expect(numbers[1]).toBe(Number(numbers[0]) + 1);
  });
});

describe("the zxid of a reply", () => {
  test("of a write is the write's own, one more each time", async () => {
    const client = await wire.open();
    await client.all([create("~/a"), setData("~/a", "y"), remove("~/a")]);
    const zxids = [2, 3, 4].map((xid) => client.zxids.get(xid) ?? 0n);
    expect(zxids.map((zxid) => zxid - (zxids[0] ?? 0n))).toEqual([0n, 1n, 2n]);
  });

  test("of a write that fails is its own, too", async () => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    await client.ask(create("~/a"));
    await client.ask(remove("~/a", 7));
    const zxids = [2, 3, 4].map((xid) => client.zxids.get(xid) ?? 0n);
    expect(zxids.map((zxid) => zxid - (zxids[0] ?? 0n))).toEqual([0n, 1n, 2n]);
  });

  test("of a read is that of the newest write", async () => {
    const client = await wire.open();
    await client.all([create("~/a"), getData("~/a"), exists("~/a"), getChildren("~")]);
    const zxids = [3, 4, 5].map((xid) => client.zxids.get(xid));
    expect(new Set(zxids)).toEqual(new Set([client.zxids.get(2)]));
  });

  test("of a read that fails is that of the newest write", async () => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    await client.ask(getData("~/none"));
    expect(client.zxids.get(3)).toBe(client.zxids.get(2));
  });
});
