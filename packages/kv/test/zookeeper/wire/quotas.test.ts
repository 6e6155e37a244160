import { describe, expect, test } from "vitest";
import {
  create,
  exists,
  getChildren,
  getData,
  multi,
  remove,
  sequential,
  setData,
  type Operation,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { WireServer } from "./wire-server.ts";

const wire = new WireServer();

const OK = { error: "OK" };
const OVER = { error: "QUOTAEXCEEDED" };
const QUOTA = "/zookeeper/quota~";
const LIMITS = `${QUOTA}/q/zookeeper_limits`;
const STATS = `${QUOTA}/q/zookeeper_stats`;

/** `~/q` with a quota, as `setquota` of zkCli leaves it. */
async function limited(limits: string, before: readonly Operation[] = []): Promise<WireClient> {
  const client = await wire.open();
  await client.all([create("~/q", { data: "1234" }), ...before]);
  await client.all([create(QUOTA), create(`${QUOTA}/q`)]);
  await client.all([create(LIMITS, { data: limits }), create(STATS, { data: "count=0,bytes=0" })]);
  return client;
}

async function used(client: WireClient): Promise<unknown> {
  const answer = await client.ask(getData(STATS));
  return "data" in answer ? answer.data : answer;
}

describe("zookeeper_stats", () => {
  const USED: readonly (readonly [
    what: string,
    readonly Operation[],
    count: number,
    bytes: number,
  ])[] = [
    ["the node alone", [], 1, 4],
    ["a child", [create("~/q/a", { data: "12" })], 2, 6],
    ["a child without data", [create("~/q/a", { data: null })], 2, 4],
    ["a grandchild", [create("~/q/a", { data: "1" }), create("~/q/a/b", { data: "23" })], 3, 7],
    ["a child that grew", [create("~/q/a", { data: "1" }), setData("~/q/a", "12345")], 2, 9],
    ["a child that shrank", [create("~/q/a", { data: "123" }), setData("~/q/a", null)], 2, 4],
    ["a child that is gone", [create("~/q/a", { data: "123" }), remove("~/q/a")], 1, 4],
    ["the node itself, set", [setData("~/q", "123456")], 1, 6],
    ["a transaction", [multi([create("~/q/a", { data: "1" }), create("~/q/b")])], 3, 6],
    ["what is beside it", [create("~/q2", { data: "123" })], 1, 4],
  ];
  test.each(USED)("counts %s", async (_what, operations, count, bytes) => {
    const client = await limited("count=100,bytes=1000");
    await client.all(operations);
    expect(await used(client)).toMatch(new RegExp(`^count=${count},bytes=${bytes}(;|$)`));
  });

  test("counts what was there before the quota, too", async () => {
    const before = [create("~/q/a", { data: "12" }), create("~/q/b", { data: "345" })];
    const client = await limited("count=100,bytes=1000", before);
    expect(await used(client)).toMatch(/^count=3,bytes=9(;|$)/);
  });
});

describe("a quota", () => {
  const LIMITED: readonly (readonly [limits: string, what: string, Operation, object])[] = [
    ["count=1,bytes=-1", "a soft count", create("~/q/a"), OK],
    ["count=-1,bytes=4", "soft bytes", create("~/q/a"), OK],
    [
      "count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=2",
      "the last that the count lets in",
      create("~/q/a"),
      OK,
    ],
    ["count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1", "a hard count", create("~/q/a"), OVER],
    [
      "count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1",
      "a hard count, for a sequential node",
      sequential("~/q/a"),
      OVER,
    ],
    [
      "count=-1,bytes=-1;byteHardLimit=5;countHardLimit=-1",
      "the last byte that hard bytes let in",
      create("~/q/a"),
      OK,
    ],
    ["count=-1,bytes=-1;byteHardLimit=4;countHardLimit=-1", "hard bytes", create("~/q/a"), OVER],
    [
      "count=-1,bytes=-1;byteHardLimit=4;countHardLimit=-1",
      "hard bytes, for a node without any",
      create("~/q/a", { data: null }),
      OK,
    ],
    [
      "count=-1,bytes=-1;byteHardLimit=5;countHardLimit=-1",
      "the last byte of hard bytes, set",
      setData("~/q", "12345"),
      OK,
    ],
    [
      "count=-1,bytes=-1;byteHardLimit=5;countHardLimit=-1",
      "hard bytes, set",
      setData("~/q", "123456"),
      OVER,
    ],
    [
      "count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1",
      "a hard count, for a node that is set",
      setData("~/q", "123456"),
      OK,
    ],
    ["count=-1,bytes=-1;byteHardLimit=4;countHardLimit=1", "what is beside it", create("~/q2"), OK],
  ];
  test.each(LIMITED)("of %s: %s", async (limits, _what, operation, expected) => {
    const client = await limited(limits);
    expect(await client.ask(operation)).toMatchObject(expected);
  });

  test("spoils a transaction", async () => {
    const client = await limited("count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1");
    expect(await client.ask(multi([create("~/b"), create("~/q/a")]))).toMatchObject({
      results: [{ error: "OK" }, OVER],
    });
    expect(await client.ask(getChildren("~"))).toMatchObject({ children: ["q"] });
  });

  test("has room again when something is deleted", async () => {
    const client = await limited("count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=2");
    await client.all([create("~/q/a")]);
    expect(await client.ask(create("~/q/b"))).toEqual(OVER);
    await client.all([remove("~/q/a"), create("~/q/b")]);
  });

  test("is gone when its limits are deleted", async () => {
    const client = await limited("count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1");
    expect(await client.ask(create("~/q/a"))).toEqual(OVER);
    await client.all([remove(LIMITS), create("~/q/a")]);
  });

  test("may be widened", async () => {
    const client = await limited("count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=1");
    await client.all([setData(LIMITS, "count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=9")]);
    await client.all([create("~/q/a")]);
  });

  test("is told before a version, and after a node that is there", async () => {
    const client = await limited("count=-1,bytes=-1;byteHardLimit=4;countHardLimit=-1");
    expect(await client.ask(setData("~/q", "12345678", 7))).toEqual(OVER);
    await client.all([setData("~/q", ""), create("~/q/a", { data: "1234" })]);
    expect(await client.ask(create("~/q/a", { data: "12345" }))).toEqual({ error: "NODEEXISTS" });
  });

  test("survives nonsense in its nodes", async () => {
    const client = await limited("nonsense");
    await client.ask(create("~/q/a"));
    await client.ask(setData("~/q", "y"));
    expect(await client.ask(exists("~"))).toMatchObject(OK);
  });
});
