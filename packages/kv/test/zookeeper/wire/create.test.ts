import { describe, expect, test } from "vitest";
import {
  create,
  create2,
  createContainer,
  createTtl,
  ephemeral,
  exists,
  getChildren,
  getEphemerals,
  multi,
  remove,
  sequential,
  setAcl,
  setData,
  closeSession,
  type Entry,
  type Operation,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { either, isOriginal, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const OK = { error: "OK" };
const READ_ONLY: readonly Entry[] = [[1, "world", "anyone"]];
const flagged = (flags: number): Operation => create2("~/a", { flags });

async function ownerOf(client: WireClient, path: string): Promise<unknown> {
  const answer = await client.ask(exists(path));
  return "stat" in answer ? answer.stat : answer;
}

describe("the flags of create", () => {
  test.each([
    [0, "persistent", "~/a", false],
    [1, "ephemeral", "~/a", true],
    [2, "persistent and sequential", "~/a0000000000", false],
    [3, "ephemeral and sequential", "~/a0000000000", true],
  ])("%i: %s", async (flags, _what, path, isMine) => {
    const client = await wire.open();
    expect(await client.ask(create("~/a", { flags }))).toEqual({ ...OK, path });
    const owner = isMine ? client.welcome?.session : 0n;
    expect(await ownerOf(client, path)).toMatchObject({ ephemeralOwner: owner });
  });

  const FLAGS: readonly (readonly [flags: number, Operation, object])[] = [
    [0, flagged(0), { ...OK, path: "~/a" }],
    [1, flagged(1), { ...OK, path: "~/a" }],
    [2, flagged(2), { ...OK, path: "~/a0000000000" }],
    [3, flagged(3), { ...OK, path: "~/a0000000000" }],
    [4, flagged(4), { ...OK, path: "~/a" }],
    [7, flagged(7), { error: "BADARGUMENTS" }],
    [8, flagged(8), { error: "BADARGUMENTS" }],
    [-1, flagged(-1), { error: "BADARGUMENTS" }],
    [1 << 30, flagged(1 << 30), { error: "BADARGUMENTS" }],
  ];
  test.each(FLAGS)("%i with create2", async (_flags, operation, expected) => {
    const client = await wire.open();
    expect(await client.ask(operation)).toMatchObject(expected);
  });
  test.each(FLAGS)("%i in a multi", async (_flags, operation, expected) => {
    const client = await wire.open();
    expect(await client.ask(multi([operation]))).toMatchObject({ ...OK, results: [expected] });
  });

  test.each([5, 6])("%i, without the time that it needs", async (flags) => {
    const client = await wire.open();
    expect(await client.ask(create("~/a", { flags }))).toEqual({ error: "BADARGUMENTS" });
    expect(await client.ask(create2("~/a", { flags }))).toEqual({ error: "BADARGUMENTS" });
    expect(await client.ask(multi([create("~/a", { flags })]))).toMatchObject(
      either({ ...OK, results: [{ error: "BADARGUMENTS" }] }, { error: "MARSHALLINGERROR" }),
    );
  });
});

describe("createContainer", () => {
  test("makes a node without an owner, whose children stay", async () => {
    const client = await wire.open();
    await client.all([createContainer("~/c"), create("~/c/d")]);
    expect(await ownerOf(client, "~/c")).toMatchObject({ ephemeralOwner: 0n, numChildren: 1 });
  });

  test.each([
    ["persistent", 0, "OK"],
    ["ephemeral", 1, "OK"],
    ["a TTL", 5, "BADARGUMENTS"],
    ["unknown", 9, "BADARGUMENTS"],
  ])("with flags that say %s (%i)", async (_what, flags, error) => {
    const client = await wire.open();
    expect(await client.ask(createContainer("~/c", { flags }))).toMatchObject({ error });
  });

  test("takes one that was used and is empty away, and leaves one that was never used", async () => {
    const client = await wire.open();
    await client.all([createContainer("~/c"), createContainer("~/unused"), create("~/c/d")]);
    await client.all([remove("~/c/d"), exists("~/c", true)]);
    expect(await client.nextEvents()).toEqual(["deleted ~/c"]);
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["unused"] });
  }, 20_000);
});

describe("createTTL", () => {
  const DAY = 86_400_000n;
  const TTL_MAX = 0xff_ffff_ffffn;
  test.each([
    ["a day", DAY, 5, { ...OK, path: "~/t" }],
    ["one millisecond", 1n, 5, { ...OK, path: "~/t" }],
    ["the most", TTL_MAX, 5, { ...OK, path: "~/t" }],
    ["a day, with a number", DAY, 6, { ...OK, path: "~/t0000000000" }],
    ["more than the most", TTL_MAX + 1n, 5, { error: "BADARGUMENTS" }],
    ["nothing", 0n, 5, { error: "BADARGUMENTS" }],
    ["less than nothing", -1n, 5, { error: "BADARGUMENTS" }],
    ["a day on a persistent node", DAY, 0, { error: "BADARGUMENTS" }],
    ["a day on an ephemeral node", DAY, 1, { error: "BADARGUMENTS" }],
    ["a day on a container", DAY, 4, { error: "BADARGUMENTS" }],
    ["nothing on a persistent node", 0n, 0, { error: "BADARGUMENTS" }],
    ["a day on unknown flags", DAY, 12, { error: "BADARGUMENTS" }],
  ])("of %s (%i ms, flags %i)", async (_what, ttl, flags, expected) => {
    const client = await wire.open();
    expect(await client.ask(createTtl("~/t", ttl, { flags }))).toMatchObject(expected);
  });

  // The original of 3.8 ends with it.
  test.skipIf(isOriginal)("of less than nothing on a persistent node harms nobody", async () => {
    const client = await wire.open();
    expect(await client.ask(createTtl("~/t", -1n, { flags: 0 }))).toMatchObject({ path: "~/t" });
    expect(await client.ask(exists("~"))).toMatchObject(OK);
  });

  test("makes a node that is nobody's, and may have children", async () => {
    const client = await wire.open();
    await client.all([createTtl("~/t", DAY), create("~/t/c")]);
    expect(await ownerOf(client, "~/t")).toMatchObject({ ephemeralOwner: 0n, numChildren: 1 });
  });

  test("leaves a node until its time is over and it has no children", async () => {
    const client = await wire.open();
    await client.all([createTtl("~/t", 1n), create("~/t/c"), createTtl("~/long", DAY)]);
    await client.all([exists("~/t", true), remove("~/t/c")]);
    expect(await client.nextEvents()).toEqual(["deleted ~/t"]);
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["long"] });
  }, 20_000);
});

describe("the number of a sequential node", () => {
  test("counts every child that was ever made there, whatever its kind", async () => {
    const client = await wire.open();
    await client.all([create("~/a"), ephemeral("~/b"), remove("~/a"), createContainer("~/c")]);
    expect(await client.ask(sequential("~/s"))).toMatchObject({ path: "~/s0000000003" });
    expect(await client.ask(sequential("~/t"))).toMatchObject({ path: "~/t0000000004" });
  });

  test("counts no failed create", async () => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    expect(await client.ask(create("~/a"))).toEqual({ error: "NODEEXISTS" });
    expect(await client.ask(sequential("~/s"))).toMatchObject({ path: "~/s0000000001" });
  });

  test("counts on within a multi", async () => {
    const client = await wire.open();
    const operation = multi([sequential("~/s"), create("~/a"), sequential("~/s")]);
    expect(await client.ask(operation)).toMatchObject({
      results: [{ path: "~/s0000000000" }, { path: "~/a" }, { path: "~/s0000000002" }],
    });
  });

  test("counts children alone, not theirs", async () => {
    const client = await wire.open();
    await client.all([create("~/a"), create("~/a/b"), create("~/a/c"), setData("~", "x")]);
    expect(await client.ask(sequential("~/s"))).toMatchObject({ path: "~/s0000000001" });
  });

  test("is no name's own: a node with that name stands in its way", async () => {
    const client = await wire.open();
    await client.all([create("~/s0000000001")]);
    expect(await client.ask(sequential("~/s"))).toEqual({ error: "NODEEXISTS" });
    await client.all([create("~/other")]);
    expect(await client.ask(sequential("~/s"))).toMatchObject({ path: "~/s0000000002" });
  });
});

/** What is wrong, where several things are: the first is told. */
const PRECEDENCE: readonly (readonly [what: string, Operation, error: string])[] = [
  ["a path without a slash before an empty list", create("a", { acl: [] }), "BADARGUMENTS"],
  ["an empty list before a path that is none", create("~/there/", { acl: [] }), "INVALIDACL"],
  ["no parent before a path that is none", create("~/none//a"), "NONODE"],
  ["no right before a path that is none", create("~/closed/"), "NOAUTH"],
  [
    "flags that are none before an empty list",
    create("~/a", { flags: 9, acl: [] }),
    "BADARGUMENTS",
  ],
  ["flags that are none before no parent", create("~/none/a", { flags: 9 }), "BADARGUMENTS"],
  ["an empty list before no parent", create("~/none/a", { acl: [] }), "INVALIDACL"],
  ["an empty list before a node that is there", create("~/there", { acl: [] }), "INVALIDACL"],
  ["no parent before anything else", create("~/none/a"), "NONODE"],
  ["no right before a node that is there", create("~/closed/there"), "NOAUTH"],
  ["no right before an ephemeral parent", create("~/closed/a"), "NOAUTH"],
  ["a node that is there", create("~/there"), "NODEEXISTS"],
  ["an ephemeral parent", create("~/mine/a"), "NOCHILDRENFOREPHEMERALS"],
  ["an ephemeral parent, of an ephemeral", ephemeral("~/mine/a"), "NOCHILDRENFOREPHEMERALS"],
  ["an ephemeral parent, of a sequential", sequential("~/mine/a"), "NOCHILDRENFOREPHEMERALS"],
  ["no right before a version", remove("~/closed/there", 9), "NOAUTH"],
  ["no node before a version", remove("~/none", 9), "NONODE"],
  ["a version before children", remove("~/full", 9), "BADVERSION"],
  ["children", remove("~/full"), "NOTEMPTY"],
  ["a node that is always there before its version", remove("/zookeeper", 9), "BADARGUMENTS"],
  ["no node before a version", setData("~/none", "x", 9), "NONODE"],
  ["no right before a version", setData("~/closed", "x", 9), "NOAUTH"],
  ["a version", setData("~/there", "x", 9), "BADVERSION"],
];

describe("of several mistakes the first is told:", () => {
  test.each(PRECEDENCE)("%s (%#)", async (_what, operation, error) => {
    const client = await wire.open();
    await client.all([
      create("~/there"),
      ephemeral("~/mine"),
      create("~/full"),
      create("~/full/c"),
    ]);
    const closed = [create("~/closed"), create("~/closed/there")];
    await client.all(closed);
    await client.all([setAcl("~/closed", READ_ONLY)]);
    expect(await client.ask(operation)).toEqual({ error });
  });
});

describe("an ephemeral node", () => {
  test("ends with its session, all of them in one transaction", async () => {
    const [client, witness] = [await wire.open(), await wire.open()];
    await client.all([ephemeral("~/1"), ephemeral("~/2"), create("~/d"), ephemeral("~/d/3")]);
    const other = await wire.open(client.home);
    await other.all([exists("~/1", true), exists("~/2", true), exists("~/d/3", true)]);
    await client.all([closeSession]);
    const events = [...(await other.events())].toSorted();
    expect(events).toEqual(["deleted ~/1", "deleted ~/2", "deleted ~/d/3"]);
    expect(new Set(other.eventZxids).size).toBe(1);
    expect(await other.ask(getChildren("~"))).toMatchObject({ children: ["d"] });
    expect(await witness.ask(getEphemerals("/"))).toMatchObject({ paths: [] });
  });

  test("may be deleted and changed by anybody", async () => {
    const client = await wire.open();
    const other = await wire.open(client.home);
    await client.all([ephemeral("~/e")]);
    await other.all([setData("~/e", "theirs"), remove("~/e")]);
    expect(await client.ask(exists("~/e"))).toEqual({ error: "NONODE" });
  });

  test("that was deleted and made again by another is the other's", async () => {
    const client = await wire.open();
    const other = await wire.open(client.home);
    await client.all([ephemeral("~/e"), remove("~/e")]);
    await other.all([ephemeral("~/e")]);
    await client.all([closeSession]);
    expect(await ownerOf(other, "~/e")).toMatchObject({ ephemeralOwner: other.welcome?.session });
  });

  test("is among those of its session alone, under the prefix", async () => {
    const client = await wire.open();
    const other = await wire.open(client.home);
    await client.all([create("~/d"), ephemeral("~/d/1"), ephemeral("~/d2"), create("~/p")]);
    await other.all([ephemeral("~/theirs")]);
    const own = async (prefix: string): Promise<object> => client.ask(getEphemerals(prefix));
    expect(await own("~")).toMatchObject({ paths: ["~/d/1", "~/d2"] });
    expect(await own("~/d")).toMatchObject({ paths: ["~/d/1", "~/d2"] });
    expect(await own("~/d/")).toMatchObject({ paths: ["~/d/1"] });
    expect(await own("/")).toMatchObject({ paths: ["~/d/1", "~/d2"] });
    expect(await own("")).toMatchObject({ paths: ["~/d/1", "~/d2"] });
    expect(await own("~/none")).toMatchObject({ paths: [] });
  });
});
