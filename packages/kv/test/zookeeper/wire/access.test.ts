import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  auth,
  create,
  createContainer,
  createTtl,
  ephemeral,
  exists,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  multi,
  multiRead,
  remove,
  setAcl,
  setData,
  sync,
  whoAmI,
  check,
  type Entry,
  type Operation,
} from "./operations.ts";
import type { WireClient } from "./wire-client.ts";
import { either, isOriginal, SUPERUSER, WireServer } from "./wire-server.ts";

const wire = new WireServer();

const OK = { error: "OK" };
const READ = 1;
const WRITE = 2;
const CREATE = 4;
const DELETE = 8;
const ADMIN = 16;
const ALL = 31;

const digest = (text: string): string =>
  `${text.split(":")[0]}:${createHash("sha1").update(text).digest("base64")}`;
const ME = digest("me:pw");
const world = (perms: number): Entry => [perms, "world", "anyone"];

/** What each right allows: the node is `~/n`, with the child `~/n/c`. */
const NEEDED: readonly (readonly [what: string, Operation, needed: number])[] = [
  ["getData", getData("~/n"), READ],
  ["exists", exists("~/n"), either(READ, 0)],
  ["getChildren", getChildren("~/n"), READ],
  ["getChildren2", getChildren2("~/n"), READ],
  ["getAllChildrenNumber", getAllChildrenNumber("~/n"), READ],
  ["getACL", getAcl("~/n"), READ | ADMIN],
  ["setData", setData("~/n", "y"), WRITE],
  ["setACL", setAcl("~/n", [world(ALL)]), ADMIN],
  ["create", create("~/n/new"), CREATE],
  ["create of an ephemeral node", ephemeral("~/n/new"), CREATE],
  ["createContainer", createContainer("~/n/new"), CREATE],
  ["createTTL", createTtl("~/n/new", 60_000n), CREATE],
  ["delete of a child", remove("~/n/c"), DELETE],
  ["sync", sync("~/n"), 0],
];
const RIGHTS = [READ, WRITE, CREATE, DELETE, ADMIN];

/** The right itself, or one of the two that do, is enough; all the others together are not. */
const CHECKS = NEEDED.flatMap(([what, operation, needed]) => {
  const without = [what, operation, ALL & ~needed, needed === 0 ? "OK" : "NOAUTH"] as const;
  const single = RIGHTS.filter((right) => (needed & right) !== 0);
  return [without, ...single.map((right) => [what, operation, right, "OK"] as const)];
});

async function node(acl: readonly Entry[]): Promise<WireClient> {
  const maker = await wire.open();
  await maker.all([create("~/n"), create("~/n/c"), setAcl("~/n", acl)]);
  return wire.open(maker.home);
}

describe("with rights", () => {
  test.each(CHECKS)("%s (%#), on a node with %i", async (_what, operation, perms, error) => {
    const client = await node([world(perms)]);
    expect(await client.ask(operation)).toMatchObject({ error });
  });

  const MULTIS: readonly (readonly [what: string, Operation, perms: number, object])[] = [
    ["check", multi([check("~/n")]), READ, OK],
    ["check", multi([check("~/n")]), ALL & ~READ, { error: "NOAUTH" }],
    ["setData", multi([setData("~/n", "y")]), WRITE, OK],
    ["setData", multi([setData("~/n", "y")]), ALL & ~WRITE, { error: "NOAUTH" }],
    ["create", multi([create("~/n/new")]), ALL & ~CREATE, { error: "NOAUTH" }],
    ["delete", multi([remove("~/n/c")]), ALL & ~DELETE, { error: "NOAUTH" }],
    ["getData", multiRead([getData("~/n")]), READ, { data: "x" }],
    ["getData", multiRead([getData("~/n")]), ALL & ~READ, { error: "NOAUTH" }],
    ["getChildren", multiRead([getChildren("~/n")]), ALL & ~READ, { error: "NOAUTH" }],
  ];
  test.each(MULTIS)("%s in a multi (%#)", async (_what, operation, perms, expected) => {
    const client = await node([world(perms)]);
    expect(await client.ask(operation)).toMatchObject({ ...OK, results: [expected] });
  });

  test("the node's own do not matter when it is deleted, its parent's do", async () => {
    const client = await wire.open();
    await client.all([create("~/n"), setAcl("~/n", [world(ADMIN)]), remove("~/n")]);
  });

  test("a parent's do not go down to its children", async () => {
    const client = await node([world(READ)]);
    expect(await client.ask(create("~/n/c/d"))).toMatchObject(OK);
    expect(await client.ask(setData("~/n/c", "y"))).toMatchObject(OK);
  });

  test("a second entry gives what the first does not", async () => {
    const client = await node([world(READ), world(WRITE)]);
    expect(await client.ask(setData("~/n", "y"))).toMatchObject(OK);
    expect(await client.ask(create("~/n/new"))).toEqual({ error: "NOAUTH" });
  });
});

describe("an access list", () => {
  /** What is given, and what becomes of it, for a client that has said `me:pw`. */
  const LISTS: readonly (readonly [what: string, acl: readonly Entry[], kept: readonly Entry[]])[] =
    [
      ["of everybody", [world(ALL)], [world(ALL)]],
      ["of several", [world(READ), [ALL, "digest", ME]], [world(READ), [ALL, "digest", ME]]],
      ["with one entry twice", [world(READ), world(READ)], [world(READ)]],
      [
        "with one entry twice, not side by side",
        [world(READ), [ALL, "digest", ME], world(READ)],
        [world(READ), [ALL, "digest", ME]],
      ],
      ["with an identity twice", [world(READ), world(WRITE)], [world(READ), world(WRITE)]],
      ["of who is there", [[ALL, "auth", ""]], [[ALL, "digest", ME]]],
      ["of who is there, whatever it says beside", [[READ, "auth", "you"]], [[READ, "digest", ME]]],
      [
        "of who is there, among others",
        [world(READ), [ALL, "auth", ""]],
        [world(READ), [ALL, "digest", ME]],
      ],
      [
        "of who is there, who is in it already",
        [
          [ALL, "digest", ME],
          [ALL, "auth", ""],
        ],
        [
          [ALL, "digest", ME],
          [ALL, "digest", ME],
        ],
      ],
      ["of an address", [[ALL, "ip", "127.0.0.1"]], [[ALL, "ip", "127.0.0.1"]]],
      ["of addresses", [[ALL, "ip", "127.0.0.0/8"]], [[ALL, "ip", "127.0.0.0/8"]]],
      ["of somebody's digest", [[ALL, "digest", "you:hash"]], [[ALL, "digest", "you:hash"]]],
      ["without rights", [world(0)], [world(0)]],
      ["with rights that are none", [world(64)], [world(64)]],
    ];
  test.each(LISTS)("%s is kept as it should be", async (_what, acl, kept) => {
    const client = await wire.open();
    const admin = await wire.open(client.home);
    await client.all([auth("digest", "me:pw"), create("~/n", { acl }), create("~/m")]);
    await client.all([setAcl("~/m", acl)]);
    await admin.all([auth("digest", SUPERUSER)]);
    for (const path of ["~/n", "~/m"]) {
      expect(await admin.ask(getAcl(path))).toMatchObject({ ...OK, acl: kept });
    }
  });

  const INVALID: readonly (readonly [what: string, acl: readonly Entry[] | null])[] = [
    ["that is empty", []],
    ["that is none", null],
    ["of who is there, when there is nobody", [[ALL, "auth", ""]]],
    ["of a scheme that nobody knows", [[ALL, "gods", "zeus"]]],
    ["of a scheme that nobody knows, among others", [world(ALL), [ALL, "gods", "zeus"]]],
    ["of a scheme without a name", [[ALL, "", ""]]],
    ["of part of the world", [[ALL, "world", "someone"]]],
    ["of the world without a name", [[ALL, "world", ""]]],
    ["of a digest without a user", [[ALL, "digest", "hash"]]],
    ["of a digest with too many parts", [[ALL, "digest", "a:b:c"]]],
    ["of an empty digest", [[ALL, "digest", ""]]],
    ["of an address that is none", [[ALL, "ip", "somewhere"]]],
    ["of too many bits of an address", [[ALL, "ip", "127.0.0.1/33"]]],
    ["of bits that are no number", [[ALL, "ip", "127.0.0.1/x"]]],
  ];
  test.each(INVALID)("%s is refused", async (_what, acl) => {
    const client = await wire.open();
    await client.all([create("~/n")]);
    expect(await client.ask(create("~/m", { acl }))).toEqual({ error: "INVALIDACL" });
    expect(await client.ask(setAcl("~/n", acl))).toEqual({ error: "INVALIDACL" });
    expect(await client.ask(multi([create("~/m", { acl })]))).toMatchObject({
      results: [{ error: "INVALIDACL" }],
    });
    expect(await client.ask(getAcl("~/n"))).toMatchObject({ acl: [world(ALL)] });
    expect(await client.ask(exists("~/m"))).toEqual({ error: "NONODE" });
  });
});

describe("who may do something with a node of", () => {
  const WHO: readonly (readonly [acl: Entry, secret: string | null, error: string])[] = [
    [[ALL, "digest", ME], null, "NOAUTH"],
    [[ALL, "digest", ME], "me:pw", "OK"],
    [[ALL, "digest", ME], "me:other", "NOAUTH"],
    [[ALL, "digest", ME], "you:pw", "NOAUTH"],
    [[ALL, "digest", ME], SUPERUSER, "OK"],
    [[ALL, "digest", ME], "super:wrong", "NOAUTH"],
    [[ALL, "ip", "127.0.0.1"], null, "OK"],
    [[ALL, "ip", "127.0.0.1/32"], null, "OK"],
    [[ALL, "ip", "127.0.0.2"], null, "NOAUTH"],
    [[ALL, "ip", "127.0.0.2/32"], null, "NOAUTH"],
    [[ALL, "ip", "127.0.0.2/30"], null, "OK"],
    [[ALL, "ip", "127.0.0.4/30"], null, "NOAUTH"],
    [[ALL, "ip", "127.255.255.255/8"], null, "OK"],
    [[ALL, "ip", "128.0.0.0/8"], null, "NOAUTH"],
    [[ALL, "ip", "0.0.0.0/0"], null, "OK"],
    [[ALL, "ip", "10.0.0.0/8"], SUPERUSER, "OK"],
    [[0, "world", "anyone"], SUPERUSER, "OK"],
    [[0, "world", "anyone"], null, "NOAUTH"],
  ];
  test.each(WHO)("%j: a client that has said %s: %s", async (entry, secret, error) => {
    const client = await node([entry]);
    if (secret !== null) await client.all([auth("digest", secret)]);
    expect(await client.ask(getData("~/n"))).toMatchObject({ error });
    expect(await client.ask(setData("~/n", "y"))).toMatchObject({ error });
    expect(await client.ask(create("~/n/d"))).toMatchObject({ error });
    expect(await client.ask(remove("~/n/c"))).toMatchObject({ error });
  });

  test("several: a client that has said who it is several times", async () => {
    const client = await node([
      [READ, "digest", ME],
      [WRITE, "digest", digest("you:pw")],
    ]);
    await client.all([auth("digest", "you:pw"), auth("digest", "me:pw"), auth("digest", "me:pw")]);
    expect(await client.ask(getData("~/n"))).toMatchObject(OK);
    expect(await client.ask(setData("~/n", "y"))).toMatchObject(OK);
  });

  test("a client that was there: its next connection must say again who it is", async () => {
    const client = await node([[ALL, "digest", ME]]);
    await client.all([auth("digest", "me:pw"), getData("~/n")]);
    const { session = 0n, password = null } = client.welcome ?? {};
    const back = await wire.open(client.home, { session, password });
    expect(await back.ask(getData("~/n"))).toEqual({ error: "NOAUTH" });
    await back.all([auth("digest", "me:pw"), getData("~/n")]);
  });

  // The original answers auth as soon as it reads it, before what came earlier.
  test.skipIf(isOriginal)(
    "a client whose auth is under way: requests behind it have it",
    async () => {
      const client = await node([[ALL, "digest", ME]]);
      const operations = [getData("~/n"), setData("~/n", "y"), getData("~/n")];
      const first = client.send(operations[0] ?? getData("~/n"));
      client.send(auth("digest", "me:pw"));
      const second = client.send(operations[1] ?? getData("~/n"));
      expect(await client.answer(getData("~/n"), first)).toEqual({ error: "NOAUTH" });
      expect(await client.answer(auth(null, null), -4)).toEqual(OK);
      expect(await client.answer(setData("~/n", "y"), second)).toMatchObject(OK);
    },
  );
});

describe("getACL", () => {
  const MINE: Entry = [READ, "digest", ME];
  test.each([
    ["with ADMIN tells the whole digest", [MINE, world(ADMIN)], [MINE, world(ADMIN)]],
    [
      "without ADMIN tells a digest's user alone",
      [MINE, world(READ)],
      [[READ, "digest", "me:x"], world(READ)],
    ],
    [
      "without ADMIN tells other identities",
      [world(READ), [ALL, "ip", "10.0.0.1"]],
      [world(READ), [ALL, "ip", "10.0.0.1"]],
    ],
  ] satisfies readonly (readonly [string, readonly Entry[], readonly Entry[]])[])(
    "%s",
    async (_what, acl, told) => {
      const client = await node(acl);
      expect(await client.ask(getAcl("~/n"))).toMatchObject({ ...OK, acl: told });
    },
  );
});

describe("auth", () => {
  test.each([
    ["a scheme that nobody knows", "gods", "zeus"],
    ["an empty scheme", "", "x"],
    ["the world", "world", "anyone"],
  ])(
    "with %s fails, and the client is sent away; its session lives on",
    async (_what, scheme, secret) => {
      const client = await wire.open();
      await client.all([ephemeral("~/e")]);
      expect(await client.ask(auth(scheme, secret))).toEqual({ error: "AUTHFAILED" });
      expect(await client.untilClosed()).toEqual([]);
      const { session = 0n, password = null } = client.welcome ?? {};
      const back = await wire.open(client.home, { session, password });
      expect(await back.ask(exists("~/e"))).toMatchObject({ stat: { ephemeralOwner: session } });
    },
  );

  test("may say what the address is, which is known", async () => {
    const client = await wire.open();
    expect(await client.ask(auth("ip", ""))).toEqual(OK);
    expect(await client.ask(exists("~"))).toMatchObject(OK);
  });

  test.each([
    ["digest", "me:pw", "digest:me"],
    ["digest", "me:p:w", "digest:me"],
    ["digest", "me:", "digest:me"],
    ["digest", "me", "digest:me"],
    ["digest", "", "digest:"],
  ])("by %s of %s makes the client %s", async (scheme, secret, id) => {
    const client = await wire.open();
    await client.all([auth(scheme, secret)]);
    expect(await client.ask(whoAmI)).toEqual({ ...OK, ids: [id, "ip:127.0.0.1"] });
  });

  test("of the superuser adds one that may do all", async () => {
    const client = await wire.open();
    await client.all([auth("digest", SUPERUSER)]);
    const answer = await client.ask(whoAmI);
    expect("ids" in answer ? answer.ids : []).toContain("super:");
  });
});

describe("/zookeeper/config", () => {
  test("may be read by everybody, and changed by the superuser alone", async () => {
    const client = await wire.open();
    const path = "/zookeeper/config";
    expect(await client.ask(getAcl(path))).toMatchObject({ acl: [world(READ)] });
    expect(await client.ask(getData(path))).toMatchObject(OK);
    expect(await client.ask(setData(path, "x"))).toEqual({ error: "NOAUTH" });
    expect(await client.ask(setAcl(path, [world(READ)]))).toEqual({ error: "NOAUTH" });
    await client.all([auth("digest", SUPERUSER)]);
    expect(await client.ask(setAcl(path, [world(READ)]))).toMatchObject(OK);
  });

  test.each(["/", "/zookeeper", "/zookeeper/quota"])("beside it %s is open", async (path) => {
    const client = await wire.open();
    expect(await client.ask(getAcl(path))).toMatchObject({ acl: [world(ALL)] });
  });
});
