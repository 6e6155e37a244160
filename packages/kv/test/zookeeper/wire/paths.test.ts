import { describe, expect, test } from "vitest";
import {
  create,
  exists,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getData,
  multi,
  remove,
  sequential,
  setAcl,
  setData,
  sync,
  type Operation,
} from "./operations.ts";
import { WireServer } from "./wire-server.ts";

const wire = new WireServer();

/** Whether a node may be made there. A parent that is not there is told before a path that is none. */
const PATHS: readonly (readonly [what: string, path: string, error: string])[] = [
  ["one segment", "~/a", "OK"],
  ["many kinds of signs", "~/a b-_=+()[]{}!?,;:'\"<>|\\%#@$&*", "OK"],
  ["letters of other scripts", "~/日本語-Ünïcödé", "OK"],
  ["three dots", "~/...", "OK"],
  ["a dot before a name", "~/.a", "OK"],
  ["two dots before a name", "~/..a", "OK"],
  ["a dot behind a name", "~/a.", "OK"],
  ["a blank", "~/ ", "OK"],
  ["a sign just beyond the controls", "~/\u0020\u00a0", "OK"],
  ["a sign just before the private ones", "~/\ud7ff", "OK"],
  ["a sign just behind the private ones", "~/\uf900", "OK"],
  ["a sign just before the specials", "~/\uffef", "OK"],
  ["nothing", "", "BADARGUMENTS"],
  ["no slash in front", "a", "BADARGUMENTS"],
  ["a slash behind", "~/there/", "BADARGUMENTS"],
  ["two slashes at the end", "~/there//", "NONODE"],
  ["two slashes", "~//a", "NONODE"],
  ["two slashes in front", "//a", "BADARGUMENTS"],
  ["a dot as a segment", "~/./a", "NONODE"],
  ["a dot at the end", "~/.", "BADARGUMENTS"],
  ["two dots as a segment", "~/../a", "NONODE"],
  ["two dots at the end", "~/..", "BADARGUMENTS"],
  ["NUL", "~/a\u0000b", "BADARGUMENTS"],
  ["NUL at the end", "~/a\u0000", "BADARGUMENTS"],
  ["the first control", "~/a\u0001", "BADARGUMENTS"],
  ["a line feed", "~/a\n", "BADARGUMENTS"],
  ["the last control", "~/a\u001f", "BADARGUMENTS"],
  ["DEL", "~/a\u007f", "BADARGUMENTS"],
  ["the last of the upper controls", "~/a\u009f", "BADARGUMENTS"],
  ["a private sign", "~/a\ue000", "BADARGUMENTS"],
  ["the last private sign", "~/a\uf8ff", "BADARGUMENTS"],
  ["the first special", "~/a\ufff0", "BADARGUMENTS"],
  ["a replacement character", "~/a\ufffd", "BADARGUMENTS"],
  ["a sign of two halves", "~/a😀", "BADARGUMENTS"],
];

describe("a path with", () => {
  test.each(PATHS)("%s: create", async (_what, path, error) => {
    const client = await wire.open();
    await client.all([create("~/there")]);
    const answer = await client.ask(create(path));
    expect(answer).toMatchObject(error === "OK" ? { error, path } : { error });
    if (error === "OK") expect(await client.ask(getData(path))).toMatchObject({ data: "x" });
  });

  test.each(PATHS.filter(([, , error]) => error !== "OK"))(
    "%s: create in a multi",
    async (_what, path, error) => {
      const client = await wire.open();
      await client.all([create("~/there")]);
      expect(await client.ask(multi([create(path)]))).toMatchObject({
        error: "OK",
        results: [{ error }],
      });
    },
  );
});

describe("the path of a sequential node", () => {
  test.each([
    ["with a name", "~/a-", "~/a-0000000000"],
    ["of a number alone", "~/", "~/0000000000"],
    ["a dot before the number", "~/.", "~/.0000000000"],
  ])("%s", async (_what, path, made) => {
    const client = await wire.open();
    expect(await client.ask(sequential(path))).toEqual({ error: "OK", path: made });
  });

  test.each([
    ["nothing", "", "BADARGUMENTS"],
    ["no slash in front", "a", "BADARGUMENTS"],
    ["two slashes", "~//", "NONODE"],
    ["two dots as a segment", "~/../a", "NONODE"],
    ["a control", "~/a\u0001", "BADARGUMENTS"],
  ])("with %s is refused", async (_what, path, error) => {
    const client = await wire.open();
    expect(await client.ask(sequential(path))).toEqual({ error });
  });
});

/** What operations that make nothing say of a path that none may be made at. */
const ELSEWHERE: readonly (readonly [what: string, Operation, error: string])[] = [
  ["delete", remove("~/a/"), "NONODE"],
  ["delete", remove("a"), "BADARGUMENTS"],
  ["delete", remove(""), "BADARGUMENTS"],
  ["setData", setData("~/a/", "x"), "BADARGUMENTS"],
  ["setData", setData("", "x"), "BADARGUMENTS"],
  ["setACL", setAcl("~/a/", [[31, "world", "anyone"]]), "BADARGUMENTS"],
  ["exists", exists("~/a/"), "NONODE"],
  ["exists", exists("a"), "NONODE"],
  ["getData", getData("~/a/"), "NONODE"],
  ["getData", getData("~//a"), "NONODE"],
  ["getACL", getAcl("~/a/"), "NONODE"],
  ["getChildren", getChildren("~/a/"), "NONODE"],
  ["getAllChildrenNumber", getAllChildrenNumber("~/a/"), "NONODE"],
  ["sync", sync("a"), "OK"],
];

describe("a path that is none", () => {
  test.each(ELSEWHERE)("of %s (%#)", async (_what, operation, error) => {
    const client = await wire.open();
    await client.all([create("~/a")]);
    expect(await client.ask(operation)).toMatchObject({ error });
  });
});

describe("a node that is always there", () => {
  test.each(["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"])(
    "cannot be deleted: %s",
    async (path) => {
      const client = await wire.open();
      expect(await client.ask(remove(path))).toEqual({ error: "BADARGUMENTS" });
      expect(await client.ask(multi([remove(path)]))).toMatchObject({
        results: [{ error: "BADARGUMENTS" }],
      });
    },
  );

  test.each(["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"])(
    "cannot be made: %s",
    async (path) => {
      const client = await wire.open();
      expect(await client.ask(create(path))).toEqual({ error: "NODEEXISTS" });
    },
  );

  test("is /zookeeper beside the nodes of clients", async () => {
    const client = await wire.open();
    expect(await client.ask(getChildren("/"))).toMatchObject({
      children: expect.arrayContaining(["zookeeper", client.home.slice(1)]),
    });
    expect(await client.ask(getChildren("/zookeeper"))).toMatchObject({
      children: ["config", "quota"],
    });
  });

  test("has data that may be set, in the root", async () => {
    const client = await wire.open();
    expect(await client.ask(setData("/", "root"))).toMatchObject({ error: "OK" });
    expect(await client.ask(getData("/"))).toMatchObject({ data: "root" });
  });
});
