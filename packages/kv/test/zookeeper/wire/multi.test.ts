import { describe, expect, test } from "vitest";
import {
  addWatch,
  anything,
  check,
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
  multiRead,
  ping,
  remove,
  sequential,
  setAcl,
  setData,
  sync,
  type Operation,
} from "./operations.ts";
import { Out } from "./jute.ts";
import { either, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const OK = { error: "OK" };
const END = [-1, -1];
/** Operations before the one that fails, and those behind it. */
const UNDONE = { error: "OK", header: "OK" };
const NOT_TRIED = { error: "RUNTIMEINCONSISTENCY", header: "RUNTIMEINCONSISTENCY" };
const failed = (error: string): object => ({ error, header: error });

describe("a multi that is done", () => {
  const DONE: readonly (readonly [what: string, readonly Operation[], readonly object[]])[] = [
    ["of nothing", [], []],
    ["of a create", [create("~/n")], [{ type: 1, path: "~/n" }]],
    [
      "of a create2",
      [create2("~/n")],
      [either({ type: 15, path: "~/n", stat: { version: 0 } }, { type: 1, path: "~/n" })],
    ],
    ["of a container", [createContainer("~/n")], [{ type: 15, path: "~/n", stat: { version: 0 } }]],
    ["of a TTL", [createTtl("~/n", 60_000n)], [{ type: 15, path: "~/n", stat: { version: 0 } }]],
    ["of a delete", [remove("~/b")], [{ type: 2 }]],
    ["of a setData", [setData("~/a", "four")], [{ type: 5, stat: { version: 1, dataLength: 4 } }]],
    ["of a check", [check("~/a", 0)], [{ type: 13 }]],
    ["of a check of any version", [check("~/a")], [{ type: 13 }]],
    [
      "of one of each",
      [check("~/a"), create("~/n"), setData("~/a", "y"), remove("~/b")],
      [{ type: 13 }, { type: 1, path: "~/n" }, { type: 5 }, { type: 2 }],
    ],
    [
      "of a parent and its child",
      [create("~/n"), create("~/n/c"), create("~/n/c/d")],
      [{ path: "~/n" }, { path: "~/n/c" }, { path: "~/n/c/d" }],
    ],
    [
      "of a node that is made, set twice and deleted",
      [create("~/n"), setData("~/n", "1", 0), setData("~/n", "22", 1), remove("~/n", 2)],
      [OK, { stat: { version: 1 } }, { stat: { version: 2, dataLength: 2 } }, OK],
    ],
    [
      "of a node that is deleted and made anew",
      [setData("~/a", "y"), remove("~/a", 1), create("~/a"), check("~/a", 0)],
      [OK, OK, { path: "~/a" }, OK],
    ],
    [
      "of children and then their parent",
      [create("~/a/c"), remove("~/a/c"), remove("~/a")],
      [OK, OK, OK],
    ],
    [
      "of an ephemeral and a sequential node",
      [ephemeral("~/e"), sequential("~/s")],
      [{ path: "~/e" }, { path: "~/s0000000003" }],
    ],
    [
      "of two checks of what the multi changes between them",
      [check("~/a", 0), setData("~/a", "y"), check("~/a", 1)],
      [OK, OK, OK],
    ],
  ];
  test.each(DONE)("%s", async (_what, operations, results) => {
    const client = await wire.open();
    await client.all([create("~/a"), create("~/b")]);
    const answer = await client.ask(multi(operations));
    expect(answer).toMatchObject({ ...OK, results, end: END });
    expect(answer).not.toHaveProperty("extra");
    expect("results" in answer ? answer.results : []).toHaveLength(results.length);
  });

  test("of a hundred operations is one transaction", async () => {
    const client = await wire.open();
    const operations = Array.from({ length: 100 }, (_, i) => create(`~/${i}`));
    await client.all([multi(operations), setData("~", "y")]);
    expect((client.zxids.get(3) ?? 0n) - (client.zxids.get(2) ?? 0n)).toBe(1n);
    expect(await client.ask(exists("~/99"))).toMatchObject({
      stat: { czxid: client.zxids.get(2) },
    });
  });
});

describe("a multi that is not done", () => {
  const FAILING: readonly (readonly [what: string, readonly Operation[], readonly object[]])[] = [
    ["its one operation", [remove("~/none")], [failed("NONODE")]],
    [
      "its first operation",
      [remove("~/none"), create("~/n"), setData("~/a", "y")],
      [failed("NONODE"), NOT_TRIED, NOT_TRIED],
    ],
    [
      "one in the middle",
      [create("~/n"), remove("~/none"), setData("~/a", "y")],
      [UNDONE, failed("NONODE"), NOT_TRIED],
    ],
    [
      "its last operation",
      [create("~/n"), setData("~/a", "y"), check("~/a", 7)],
      [UNDONE, UNDONE, failed("BADVERSION")],
    ],
    [
      "two: the first is told",
      [create("~/n"), remove("~/none"), check("~/a", 7)],
      [UNDONE, failed("NONODE"), NOT_TRIED],
    ],
    ["a check of no node", [create("~/n"), check("~/none")], [UNDONE, failed("NONODE")]],
    ["a node made twice", [create("~/n"), create("~/n")], [UNDONE, failed("NODEEXISTS")]],
    ["a node deleted twice", [remove("~/b"), remove("~/b")], [UNDONE, failed("NONODE")]],
    [
      "a parent that got a child before",
      [create("~/b/c"), remove("~/b")],
      [UNDONE, failed("NOTEMPTY")],
    ],
    [
      "a version that the multi itself has moved on",
      [setData("~/a", "y", 0), setData("~/a", "z", 0)],
      [UNDONE, failed("BADVERSION")],
    ],
    [
      "a child of an ephemeral node",
      [ephemeral("~/e"), create("~/e/c")],
      [UNDONE, failed("NOCHILDRENFOREPHEMERALS")],
    ],
    ["an empty list", [create("~/n"), create("~/m", { acl: [] })], [UNDONE, failed("INVALIDACL")]],
    ["a path that is none", [create("~/n"), create("~/m/")], [UNDONE, failed("NONODE")]],
    ["a node that is always there", [remove("/zookeeper")], [failed("BADARGUMENTS")]],
  ];
  test.each(FAILING)("for %s", async (_what, operations, results) => {
    const client = await wire.open();
    await client.all([create("~/a"), create("~/b")]);
    const answer = await client.ask(multi(operations));
    expect(answer).toEqual({ ...OK, results, end: END });
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["a", "b"] });
    expect(await client.ask(getData("~/a"))).toMatchObject({ data: "x", stat: { version: 0 } });
    expect(await client.ask(getChildren2("~/b"))).toMatchObject({ stat: { cversion: 0 } });
  });

  test("leaves the counter of sequential nodes", async () => {
    const client = await wire.open();
    await client.ask(multi([sequential("~/s"), remove("~/none")]));
    expect(await client.ask(sequential("~/s"))).toMatchObject({ path: "~/s0000000000" });
  });

  test("leaves no ephemeral node of its session", async () => {
    const client = await wire.open();
    await client.ask(multi([ephemeral("~/e"), remove("~/none")]));
    await client.all([create("~/e")]);
    await client.all([closeSession]);
    const other = await wire.open(client.home);
    expect(await other.ask(exists("~/e"))).toMatchObject({ stat: { ephemeralOwner: 0n } });
  });

  test("has a zxid of its own", async () => {
    const client = await wire.open();
    await client.ask(multi([remove("~/none")]));
    await client.ask(multi([create("~/n")]));
    expect((client.zxids.get(3) ?? 0n) - (client.zxids.get(2) ?? 0n)).toBe(1n);
  });
});

describe("an operation that has no place in a multi", () => {
  const MISPLACED: readonly (readonly [what: string, Operation])[] = [
    ["exists", exists("~/a")],
    ["getChildren2", getChildren2("~/a")],
    ["setACL", setAcl("~/a", [[31, "world", "anyone"]])],
    ["sync", sync("~/a")],
    ["ping", ping],
    ["addWatch", addWatch("~/a", 0)],
    ["closeSession", closeSession],
    ["multi", multi([create("~/m")])],
    ["an unknown one", anything(99)],
  ];
  test.each(MISPLACED)("(%s) spoils it", async (_what, operation) => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    const answer = await client.ask(multi([create("~/n"), operation]));
    expect(answer).toEqual({ error: "MARSHALLINGERROR" });
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["a"] });
  });

  test.each([
    ["getData in a multi", multi([create("~/n"), getData("~/a")])],
    ["getData alone in a multi", multi([getData("~/a")])],
    ["create in a multiRead", multiRead([getData("~/a"), create("~/n")])],
    ["create alone in a multiRead", multiRead([create("~/n")])],
    ["check in a multiRead", multiRead([check("~/a")])],
  ])("(%s) spoils it", async (_what, operation) => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    expect(await client.ask(operation)).toMatchObject({ error: "MARSHALLINGERROR" });
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["a"] });
  });

  test.each([14, 22])("(%i) without an end is none", async (opcode) => {
    const client = await wire.open();
    const header = new Out().int(2).bool(false).int(-1).bytes();
    expect(await client.ask(anything(opcode, header))).toEqual({ error: "MARSHALLINGERROR" });
    expect(await client.ask(exists("~"))).toMatchObject(OK);
  });
});

describe("multiRead", () => {
  const READS: readonly (readonly [what: string, readonly Operation[], readonly object[]])[] = [
    ["nothing", [], []],
    ["data", [getData("~/a")], [{ type: 4, data: "x", stat: { version: 0 } }]],
    ["children", [getChildren("~")], [{ type: 8, children: ["a", "b"] }]],
    [
      "both",
      [getChildren("~"), getData("~/a")],
      [
        { type: 8, children: ["a", "b"] },
        { type: 4, data: "x" },
      ],
    ],
    [
      "nodes that are there, and one that is not",
      [getData("~/a"), getData("~/none"), getChildren("~/none"), getData("~/b")],
      [{ data: "x" }, failed("NONODE"), failed("NONODE"), { data: "x" }],
    ],
    ["one node twice", [getData("~/a"), getData("~/a")], [{ data: "x" }, { data: "x" }]],
  ];
  test.each(READS)("reads %s", async (_what, operations, results) => {
    const client = await wire.open();
    await client.all([create("~/a"), create("~/b")]);
    const answer = await client.ask(multiRead(operations));
    expect(answer).toMatchObject({ ...OK, results, end: END });
    expect("results" in answer ? answer.results : []).toHaveLength(results.length);
  });

  test("is no write: it has the zxid of the newest", async () => {
    const client = await wire.open();
    await client.all([multiRead([getData("~")])]);
    expect(client.zxids.get(2)).toBe(client.zxids.get(1));
  });

  test("leaves no watches", async () => {
    const client = await wire.open();
    await client.all([multiRead([getData("~", true), getChildren("~", true)])]);
    await client.all([setData("~", "y"), create("~/a")]);
    expect(await client.events()).toEqual([]);
  });
});
