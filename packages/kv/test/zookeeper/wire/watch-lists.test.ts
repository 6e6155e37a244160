import { describe, expect, test } from "vitest";
import {
  addWatch,
  checkWatches,
  create,
  ephemeral,
  exists,
  getChildren,
  getData,
  remove,
  removeWatches,
  setData,
  setWatches,
  type Operation,
  type Watched,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { either, isOriginal, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const PERSISTENT = 0;
const RECURSIVE = 1;

/**
 * `~/old` was there when the client left, with `~/old/c`; since then `~/set` was set, `~/child` got
 * a child, `~/new` was made and `~/gone` deleted.
 */
async function left(): Promise<readonly [writer: WireClient, since: bigint]> {
  const writer = await wire.open();
  const nodes = ["~/old", "~/old/c", "~/set", "~/child", "~/gone"];
  await writer.all(nodes.map((node) => create(node)));
  const since = writer.zxids.get(1 + nodes.length) ?? 0n;
  await writer.all([setData("~/set", "y"), create("~/child/c"), create("~/new"), remove("~/gone")]);
  return [writer, since];
}

const later: readonly Operation[] = [
  setData("~/old", "y"),
  create("~/old/d"),
  create("~/gone"),
  setData("~/set", "z"),
  create("~/child/d"),
];

/** Which list, what is told at once, and what is told of {@link later}. */
const LISTS: readonly (readonly [
  what: string,
  Watched,
  missed: readonly string[],
  then: readonly string[],
])[] = [
  ["data, of a node as it was", { data: ["~/old"] }, [], ["changed ~/old"]],
  ["data, of a node that was set", { data: ["~/set"] }, ["changed ~/set"], []],
  ["data, of a node that got a child", { data: ["~/child"] }, [], []],
  ["data, of a node that is new", { data: ["~/new"] }, ["changed ~/new"], []],
  ["data, of a node that is gone", { data: ["~/gone"] }, ["deleted ~/gone"], []],
  ["data, of a node that never was", { data: ["~/never"] }, ["deleted ~/never"], []],
  ["exist, of a node that is there", { exist: ["~/old"] }, ["created ~/old"], []],
  ["exist, of a node that is new", { exist: ["~/new"] }, ["created ~/new"], []],
  ["exist, of a node that is gone", { exist: ["~/gone"] }, [], ["created ~/gone"]],
  ["child, of a node as it was", { child: ["~/old"] }, [], ["children ~/old"]],
  ["child, of a node that was set", { child: ["~/set"] }, [], []],
  ["child, of a node that got a child", { child: ["~/child"] }, ["children ~/child"], []],
  ["child, of a node that is new", { child: ["~/new"] }, ["children ~/new"], []],
  ["child, of a node that is gone", { child: ["~/gone"] }, ["deleted ~/gone"], []],
  [
    "several",
    { data: ["~/gone", "~/old"], exist: ["~/new"], child: ["~/child", "~/old"] },
    ["deleted ~/gone", "created ~/new", "children ~/child"],
    ["changed ~/old", "children ~/old"],
  ],
  ["all, of nothing", {}, [], []],
];

const PERSISTENT_LISTS: typeof LISTS = [
  [
    "persistent, of a node as it was",
    { persistent: ["~/old"] },
    [],
    ["changed ~/old", "children ~/old"],
  ],
  ["persistent, of a node that was set", { persistent: ["~/set"] }, [], ["changed ~/set"]],
  ["persistent, of a node that is gone", { persistent: ["~/gone"] }, [], ["created ~/gone"]],
  ["persistent, of a node that got a child", { persistent: ["~/child"] }, [], ["children ~/child"]],
  [
    "recursive, of a node as it was",
    { recursive: ["~/old"] },
    [],
    ["changed ~/old", "created ~/old/d"],
  ],
  ["recursive, of a node that is gone", { recursive: ["~/gone"] }, [], ["created ~/gone"]],
  [
    "recursive, of everything",
    { recursive: ["~"] },
    [],
    ["changed ~/old", "created ~/old/d", "created ~/gone", "changed ~/set", "created ~/child/d"],
  ],
];

describe.each([101, 105] as const)("setWatches (%i) with the list", (opcode) => {
  test.each(opcode === 101 ? LISTS : [...LISTS, ...PERSISTENT_LISTS])(
    "%s",
    async (_what, watched, missed, then) => {
      const [writer, since] = await left();
      const client = await wire.open(writer.home);
      await client.all([setWatches(opcode, since, watched)]);
      expect(await client.events()).toEqual(missed);
      await writer.all(later);
      expect(await client.events()).toEqual(then);
    },
  );

  test("tells what was missed before it is answered", async () => {
    const [writer, since] = await left();
    const client = await wire.open(writer.home);
    client.send(setWatches(opcode, since, { data: ["~/set"], child: ["~/child"] }));
    const heard: number[] = [];
    for (let i = 0; i < 3; i++) heard.push((await client.frame())?.readInt32BE() ?? 0);
    expect(heard).toEqual([-1, -1, -8]);
  });

  test("takes null for an empty list", async () => {
    const client = await wire.open();
    const none = { data: null, exist: null, child: null, persistent: null, recursive: null };
    const answer = await client.ask(setWatches(opcode, 0n, none));
    expect(answer.error).toBe(either("OK", "MARSHALLINGERROR"));
  });
});

test("what was missed is told with no zxid of its own", async () => {
  const [writer, since] = await left();
  const client = await wire.open(writer.home);
  await client.all([setWatches(101, since, { data: ["~/set"] })]);
  expect(await client.events()).toEqual(["changed ~/set"]);
  expect(client.eventZxids).toEqual([-1n]);
});

test("a client that comes back hears what it missed, and of its session's nodes", async () => {
  const writer = await wire.open();
  const first = await wire.open(writer.home);
  await first.all([ephemeral("~/e"), create("~/p"), getData("~/p", true), getChildren("~", true)]);
  const { session = 0n, password = null } = first.welcome ?? {};
  first.destroy();
  await writer.all([setData("~/p", "y"), create("~/q")]);
  const lastZxidSeen = first.zxids.get(2) ?? 0n;
  const back = await wire.open(writer.home, { session, password, lastZxidSeen });
  await back.all([setWatches(101, lastZxidSeen, { data: ["~/p"], child: ["~"], exist: ["~/e"] })]);
  expect(await back.events()).toEqual(["changed ~/p", "created ~/e", "children ~"]);
});

const CHILDREN = 1;
const DATA = 2;
const ANY = 3;
const OF_PERSISTENT = 4;
const OF_RECURSIVE = 5;

const KINDS: Readonly<Record<string, Operation>> = {
  "exists of no node": exists("~/none", true),
  exists: exists("~/p", true),
  getData: getData("~/p", true),
  getChildren: getChildren("~/p", true),
  persistent: addWatch("~/p", PERSISTENT),
  recursive: addWatch("~/p", RECURSIVE),
};

/** Whether there is such a watch for who looks for this type of it. */
const FOUND: readonly (readonly [kind: string, type: number, isThere: boolean])[] = [
  ["exists of no node", CHILDREN, false],
  ["exists of no node", DATA, true],
  ["exists of no node", ANY, true],
  ["exists", CHILDREN, false],
  ["exists", DATA, true],
  ["exists", ANY, true],
  ["getData", CHILDREN, false],
  ["getData", DATA, true],
  ["getData", ANY, true],
  ["getChildren", CHILDREN, true],
  ["getChildren", DATA, false],
  ["getChildren", ANY, true],
  ["persistent", ANY, true],
  ["recursive", ANY, true],
];

/** The original of 3.8 does not tell persistent watches from others. */
const FOUND_SINCE: typeof FOUND = isOriginal
  ? []
  : [
      ["getData", OF_PERSISTENT, false],
      ["getData", OF_RECURSIVE, false],
      ["getChildren", OF_PERSISTENT, false],
      ["persistent", CHILDREN, false],
      ["persistent", DATA, false],
      ["persistent", OF_PERSISTENT, true],
      ["persistent", OF_RECURSIVE, false],
      ["recursive", CHILDREN, false],
      ["recursive", DATA, false],
      ["recursive", OF_PERSISTENT, false],
      ["recursive", OF_RECURSIVE, true],
    ];

const CHANGES = [
  setData("~/p", "y"),
  create("~/p/c"),
  setData("~/p/c", "y"),
  remove("~/p/c"),
  remove("~/p"),
  create("~/none"),
];

describe.each([...FOUND, ...FOUND_SINCE])(
  "of a watch by %s, with type %i:",
  (kind, type, isThere) => {
    const path = kind === "exists of no node" ? "~/none" : "~/p";
    const watch = KINDS[kind] ?? exists("~/p");
    const error = isThere ? "OK" : "NOWATCHER";

    test("checkWatches, which leaves it", async () => {
      const writer = await wire.open();
      const client = await wire.open(writer.home);
      await writer.all([create("~/p")]);
      await client.ask(watch);
      expect(await client.ask(checkWatches(path, type))).toEqual({ error });
      expect(await client.ask(checkWatches(path, type))).toEqual({ error });
      await writer.all(CHANGES);
      expect((await client.events()).length).toBeGreaterThan(0);
    });

    test("removeWatches, after which it is there no more", async () => {
      const writer = await wire.open();
      const client = await wire.open(writer.home);
      await writer.all([create("~/p")]);
      await client.ask(watch);
      expect(await client.ask(removeWatches(path, type))).toEqual({ error });
      expect(await client.ask(removeWatches(path, type))).toEqual({ error: "NOWATCHER" });
      await writer.all(CHANGES);
      const events = await client.events();
      expect(events.length > 0).toBe(!isThere);
    });
  },
);

describe("removeWatches", () => {
  test.each([CHILDREN, DATA, ANY, ...either([OF_PERSISTENT, OF_RECURSIVE], [])])(
    "of type %i finds none where none was left",
    async (type) => {
      const client = await wire.open();
      expect(await client.ask(removeWatches("~", type))).toEqual({ error: "NOWATCHER" });
      expect(await client.ask(checkWatches("~", type))).toEqual({ error: "NOWATCHER" });
    },
  );

  test("leaves the other kind", async () => {
    const client = await wire.open();
    await client.all([getData("~", true), getChildren("~", true), removeWatches("~", DATA)]);
    await client.all([setData("~", "y"), create("~/p")]);
    expect(await client.events()).toEqual(["children ~"]);
  });

  test("of any takes both kinds", async () => {
    const client = await wire.open();
    await client.all([getData("~", true), getChildren("~", true), removeWatches("~", ANY)]);
    await client.all([setData("~", "y"), create("~/p")]);
    expect(await client.events()).toEqual([]);
  });

  test("leaves other clients' watches, and other paths'", async () => {
    const [client, other] = [await wire.open(), await wire.open()];
    const neighbour = await wire.open(client.home);
    await client.all([create("~/p"), getData("~", true), getData("~/p", true)]);
    await neighbour.all([getData("~", true)]);
    await other.all([getData("~", true)]);
    await client.all([removeWatches("~", DATA), setData("~", "y"), setData("~/p", "y")]);
    expect(await neighbour.events()).toEqual(["changed ~"]);
    expect(await client.events()).toEqual(["changed ~/p"]);
  });

  test("does not find a recursive watch below the node that it is on", async () => {
    const client = await wire.open();
    await client.all([create("~/p"), addWatch("~", RECURSIVE)]);
    expect(await client.ask(removeWatches("~/p", ANY))).toEqual({ error: "NOWATCHER" });
  });

  test("does not find a watch that has fired", async () => {
    const client = await wire.open();
    await client.all([getData("~", true), setData("~", "y")]);
    expect(await client.events()).toEqual(["changed ~"]);
    expect(await client.ask(removeWatches("~", DATA))).toEqual({ error: "NOWATCHER" });
  });

  test.each([0, 6, -1])("of a type that is none (%i) is refused", async (type) => {
    const client = await wire.open();
    await client.all([getData("~", true)]);
    const refused = { error: "MARSHALLINGERROR" };
    expect(await client.ask(removeWatches("~", type))).toEqual(refused);
    expect(await client.ask(checkWatches("~", type))).toEqual(refused);
    await client.all([setData("~", "y")]);
    expect(await client.events()).toEqual(["changed ~"]);
  });
});
