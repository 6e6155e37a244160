import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { asking, closing, failed, int, OPEN, request, RESUME, STAT, ustring } from "./dialogues.ts";
import { ascii, type Step } from "./fake-zookeeper.ts";
import { fakes, printed, zk, zkAt } from "./run-zk.ts";

const OP = { delete: 2, setData: 5, getAcl: 6, setAcl: 7, create2: 15, container: 19, ttl: 21 };
const EXISTS = "00000003";
const NO_NODE = "ffffff9b";
const NO_AUTH = "ffffff9a";
const BAD_VERSION = "ffffff99";
const ANY = "ffffffff";
const ALL_TO_ANYONE = `00000001 0000001f ${ustring("world")} ${ustring("anyone")}`;

const fake = fakes();

function buffer(text: string): string {
  return `${int(Buffer.byteLength(text))} ${ascii(text)}`;
}

/** Creates a node, as request number 1, which gets a path or an error's code. */
function create(
  path: string,
  { data = "", acl = ALL_TO_ANYONE, opcode = OP.create2, flags = 0, ttl = "" },
  created: string | { readonly fails: string },
): Step {
  const fields = `${ustring(path)} ${buffer(data)} ${acl} ${int(flags)} ${ttl}`;
  const answer = typeof created === "string" ? { gets: `${ustring(created)} ${STAT}` } : created;
  return asking(1, opcode, fields, answer);
}

function look(xid: number, path: string): Step {
  const { gets } = asking(xid, 0, "", { gets: STAT });
  return { asks: request(xid, EXISTS, path), gets };
}

describe("create", () => {
  test.each([
    [[], {}],
    [["--sequential"], { flags: 2 }],
    [["--container"], { opcode: OP.container, flags: 4 }],
    [["--ttl", "60000"], { opcode: OP.ttl, flags: 5, ttl: "000000000000ea60" }],
    [["--ttl", "60000", "-s"], { opcode: OP.ttl, flags: 6, ttl: "000000000000ea60" }],
    [
      ["--acl", "ip:fe80::1:ra,auth::cdrwa"],
      {
        acl: `00000002 00000011 ${ustring("ip")} ${ustring("fe80::1")} 0000001f ${ustring("auth")} 00000000`,
      },
    ],
  ] as const)("asks for what is said: %j", async (flags, asked) => {
    const step = create("/a", { data: "hé", ...asked }, "/a0000000007");
    const at = await fake([OPEN, step, closing(2)]);
    expect(await printed("create", "/a", "hé", ...flags, "--endpoints", at)).toBe("/a0000000007\n");
  });

  test("takes the data from what is piped in, and none from a person", async () => {
    const piped = await fake([OPEN, create("/a", { data: "in\n" }, "/a"), closing(2)]);
    const ran = await zkAt({ input: "in\n" }, "create", "/a", "--endpoints", piped);
    expect(ran).toEqual({ code: EXIT.ok, out: "/a\n", err: "" });
    const none = await fake([OPEN, create("/a", {}, "/a"), closing(2)]);
    expect(await printed("create", "/a", "--endpoints", none)).toBe("/a\n");
  });

  test("lets the number be the name", async () => {
    const at = await fake([OPEN, create("/a/", { flags: 2 }, "/a/0000000001"), closing(2)]);
    expect(await printed("create", "/a/", "-s", "--endpoints", at)).toBe("/a/0000000001\n");
  });

  test("tells programs all of it", async () => {
    const at = await fake([OPEN, create("/a", {}, "/a"), closing(2)]);
    const node = JSON.parse(await printed("create", "/a", "--json", "--endpoints", at));
    expect(node).toEqual({ path: "/a", stat: expect.objectContaining({ version: 3 }) });
  });

  test.each([
    [NO_NODE, "/a/b: its parent does not exist (NONODE)"],
    ["ffffff92", "/a/b: there is such a node already (NODEEXISTS)"],
    [
      "ffffff94",
      "/a/b: its parent is ephemeral, and so can have no children (NOCHILDRENFOREPHEMERALS)",
    ],
    [
      NO_AUTH,
      "/a/b: it needs CREATE (c) on /a: authenticate with --auth as somebody who has it (NOAUTH)",
    ],
    ["ffffff83", "/a/b: a quota above it would be exceeded (QUOTAEXCEEDED)"],
    ["fffffffa", "/a/b: the server does not know such a request (UNIMPLEMENTED)"],
  ])("says what error %s means", async (fails, message) => {
    const at = await fake([OPEN, create("/a/b", {}, { fails }), closing(2)]);
    const ran = await zk("create", "/a/b", "--endpoints", at);
    expect(ran).toEqual({ code: EXIT.failed, out: "", err: `quorate: ${message}\n` });
  });
});

test("a TTL node that is refused names the setting that allows it", async () => {
  const asked = { opcode: OP.ttl, flags: 5, ttl: "0000000000000001" };
  const at = await fake([OPEN, create("/a", asked, { fails: "fffffffa" }), closing(2)]);
  const { err } = await zk("create", "/a", "--ttl", "1", "--endpoints", at);
  expect(err).toMatch(/they need extendedTypesEnabled=true in its zoo\.cfg \(UNIMPLEMENTED\)\n$/);
});

describe("set", () => {
  const set = (version: string, answer: Parameters<typeof asking>[3]): Step =>
    asking(1, OP.setData, `${ustring("/a")} ${buffer("new")} ${version}`, answer);

  test("writes the data of an argument or of standard input", async () => {
    const argument = await fake([OPEN, set(ANY, { gets: STAT }), closing(2)]);
    expect(await printed("set", "/a", "new", "--endpoints", argument)).toBe("OK\n");
    const piped = await fake([OPEN, set("00000003", { gets: STAT }), closing(2)]);
    const args = ["set", "/a", "--version", "3", "-s", "--endpoints", piped];
    const { out } = await zkAt({ input: "new" }, ...args);
    expect(out).toMatch(/^OK\ncZxid = 0x100000001\n/);
  });

  test("tells both versions when they are not the same", async () => {
    const refused = set("00000002", { fails: BAD_VERSION });
    const at = await fake([OPEN, refused, look(2, "/a"), closing(3)]);
    expect(await zk("set", "/a", "new", "--version", "2", "--endpoints", at)).toEqual({
      code: EXIT.failed,
      out: "",
      err: "quorate: /a: version 2 was asked for, but it is at 3 (BADVERSION)\n",
    });
  });

  test("tells one version when the other is not known", async () => {
    const refused = set("00000002", { fails: BAD_VERSION });
    const gone = { asks: request(2, EXISTS, "/a"), gets: failed(2, NO_NODE) };
    const at = await fake([OPEN, refused, gone, closing(3)]);
    const { err } = await zk("set", "/a", "new", "--version", "2", "--endpoints", at);
    expect(err).toBe("quorate: /a: it has another version by now (BADVERSION)\n");
  });

  test("is not repeated when the answer is lost, and says so", async () => {
    const first = await fake([OPEN, { ...set(ANY, { gets: STAT }), gets: "close" }]);
    const second = await fake();
    const { code, err } = await zk("set", "/a", "new", "--endpoints", `${first},${second}`);
    expect(code).toBe(EXIT.unavailable);
    expect(err).toBe(
      `quorate: ${first} closed the connection (whether it was written is not known: read the node before you try again)\n`,
    );
  });

  test("goes to the next server when there is no session with the first", async () => {
    const first = await fake([{ ...OPEN, gets: "close" }]);
    const second = await fake([OPEN, set(ANY, { gets: STAT }), closing(2)]);
    expect(await printed("set", "/a", "new", "--endpoints", `${first},${second}`)).toBe("OK\n");
  });
});

describe("rm", () => {
  const remove = (version: string, answer: Parameters<typeof asking>[3]): Step =>
    asking(1, OP.delete, `${ustring("/a/b")} ${version}`, answer);

  test("deletes one node", async () => {
    const at = await fake([OPEN, remove("00000007", { gets: "" }), closing(2)]);
    expect(await printed("rm", "/a/b", "--version", "7", "--endpoints", at)).toBe("1\n");
  });

  test.each([
    ["ffffff91", "/a/b: it has children: --recursive deletes them too (NOTEMPTY)"],
    [
      NO_AUTH,
      "/a/b: it needs DELETE (d) on /a: authenticate with --auth as somebody who has it (NOAUTH)",
    ],
  ])("says what error %s means", async (fails, message) => {
    const at = await fake([OPEN, remove(ANY, { fails }), closing(2)]);
    const ran = await zk("rm", "/a/b", "--endpoints", at);
    expect(ran).toEqual({ code: EXIT.failed, out: "", err: `quorate: ${message}\n` });
  });

  test.each(["/", "/zookeeper", "/zookeeper/config"])("keeps %s", async (path) => {
    const ran = await zk("rm", "-R", path);
    expect(ran.code).toBe(EXIT.usage);
    expect(ran.err).toBe(`quorate: ${path} is ZooKeeper's own: it stays\n`);
  });
});

describe("stat", () => {
  test("prints what ZooKeeper keeps beside the data", async () => {
    const at = await fake([OPEN, look(1, "/a"), closing(2)]);
    const out = await printed("stat", "/a", "--endpoints", at);
    expect(out.split("\n")).toHaveLength(12);
    expect(out).toMatch(/^cZxid = 0x100000001\nctime = 2025-12-08T22:05:58.656Z\n/);
  });

  test("says on a terminal how long ago, in colours where they are welcome", async () => {
    const at = await fake([OPEN, look(1, "/a"), closing(2)]);
    const terminal = { isTerminal: true, colours: true };
    const { out } = await zkAt(terminal, "stat", "/a", "--endpoints", at);
    expect(out).toContain("\u001b[36mctime\u001b[39m = 2025-12-08T22:05:58.656Z\u001b[2m  ");
    expect(out).toMatch(/ \d+ d ago/);
  });

  test("tells programs the same", async () => {
    const at = await fake([OPEN, look(1, "/a"), closing(2)]);
    expect(JSON.parse(await printed("stat", "/a", "--json", "--endpoints", at))).toEqual({
      path: "/a",
      stat: expect.objectContaining({ aversion: 5, num_children: 7 }),
    });
  });
});

describe("acl", () => {
  const list = `00000002 0000001f ${ustring("digest")} ${ustring("bob:x")} 00000001 ${ustring("world")} ${ustring("anyone")}`;
  const get = asking(1, OP.getAcl, ustring("/a"), { gets: `${list} ${STAT}` });

  test("prints who may do what", async () => {
    const at = await fake([OPEN, get, closing(2)]);
    expect(await printed("acl", "/a", "--endpoints", at)).toBe(
      "digest:bob:x:cdrwa\nworld:anyone:r\n",
    );
    const json = await fake([OPEN, get, closing(2)]);
    expect(JSON.parse(await printed("acl", "/a", "--json", "--endpoints", json))).toEqual({
      path: "/a",
      acl: [
        { scheme: "digest", id: "bob:x", permissions: "cdrwa" },
        { scheme: "world", id: "anyone", permissions: "r" },
      ],
      stat: expect.objectContaining({ aversion: 5 }),
    });
  });

  test("replaces the list", async () => {
    const acl = `00000001 00000003 ${ustring("world")} ${ustring("anyone")}`;
    const step = asking(1, OP.setAcl, `${ustring("/a")} ${acl} ${ANY}`, { gets: STAT });
    const at = await fake([OPEN, step, closing(2)]);
    const args = ["acl", "/a", "--set", "world:anyone:wr", "--endpoints", at];
    expect(await printed(...args)).toBe("OK\n");
  });

  test("tells both versions of the list", async () => {
    const fields = `${ustring("/a")} ${ALL_TO_ANYONE} 00000009`;
    const step = asking(1, OP.setAcl, fields, { fails: BAD_VERSION });
    const at = await fake([OPEN, step, look(2, "/a"), closing(3)]);
    const args = ["acl", "/a", "--set", "world:anyone:cdrwa", "--version", "9", "--endpoints", at];
    expect((await zk(...args)).err).toBe(
      "quorate: /a: aversion 9 was asked for, but it is at 5 (BADVERSION)\n",
    );
  });

  test("takes no version where nothing is written", async () => {
    const { code, err } = await zk("acl", "/a", "--version", "1");
    expect({ code, err }).toEqual({
      code: EXIT.usage,
      err: "quorate: --version goes with --set: nothing is written without it\n",
    });
  });
});

describe("--auth", () => {
  const auth = (scheme: string, credentials: string, error = "00000000"): Step => {
    const { asks } = asking(-4, 100, `00000000 ${ustring(scheme)} ${buffer(credentials)}`, {
      gets: "",
    });
    return { asks, gets: failed(-4, error) };
  };

  test("is said to every server before anything else", async () => {
    const said = [auth("digest", "bob:a:b"), auth("ip", "")];
    const lost = { asks: request(1, EXISTS, "/a"), gets: "close" } as const;
    const first = await fake([OPEN, ...said, lost]);
    const second = await fake([
      { ...RESUME, asks: RESUME.asks.replace("0000000100000002", "0000000000000000") },
      ...said,
      look(1, "/a"),
      closing(2),
    ]);
    const both = ["--auth", "digest:bob:a:b", "--auth", "ip:"];
    const out = await printed("stat", "/a", ...both, "--endpoints", `${first},${second}`);
    expect(out).toContain("dataVersion = 3\n");
  });

  test("may be refused", async () => {
    const at = await fake([OPEN, auth("digest", "bob", "ffffff8d"), closing(1)]);
    expect(await zk("get", "/a", "--auth", "digest:bob", "--endpoints", at)).toEqual({
      code: EXIT.failed,
      out: "",
      err: "quorate: the server does not take --auth digest:… (AUTHFAILED)\n",
    });
  });
});
