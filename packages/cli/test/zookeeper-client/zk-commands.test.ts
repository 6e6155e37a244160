import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { children, closing, data, failed, OPEN, request, RESUME } from "./dialogues.ts";
import { ascii } from "./fake-zookeeper.ts";
import { fakes, printed, zk } from "./run-zk.ts";

const fake = fakes();

describe("ls", () => {
  test("prints the names of the children, sorted", async () => {
    const at = await fake([OPEN, children(1, "/", ["zookeeper", "a", "é"]), closing(2)]);
    expect(await printed("ls", "/", "--endpoints", at)).toBe("a\nzookeeper\né\n");
  });

  test("prints everything below, parents first, without what vanishes meanwhile", async () => {
    const dialogue = [
      OPEN,
      children(1, "/", ["b", "a"]),
      children(2, "/a", ["x"]),
      children(3, "/b", []),
      children(4, "/a/x", "NONODE"),
    ];
    const text = await fake([...dialogue, closing(5)]);
    expect(await printed("ls", "-R", "/", "--endpoints", text)).toBe("/\n/a\n/b\n");
    const json = await fake([...dialogue, closing(5)]);
    expect(
      JSON.parse(await printed("ls", "--recursive", "/", "--json", "--endpoints", json)),
    ).toEqual({
      path: "/",
      paths: ["/", "/a", "/b"],
    });
  });

  test("tells programs the same", async () => {
    const at = await fake([OPEN, children(1, "/a", []), closing(2)]);
    expect(JSON.parse(await printed("ls", "/a", "--json", "--endpoints", at))).toEqual({
      path: "/a",
      children: [],
    });
  });

  test.each([["ls"], ["ls", "-R"]])("says that there is no such node: %s", async (...command) => {
    const at = await fake([OPEN, children(1, "/a/b", "NONODE"), closing(2)]);
    expect(await zk(...command, "/a/b", "--endpoints", at)).toEqual({
      code: EXIT.failed,
      out: "",
      err: "quorate: /a/b: there is no such node (NONODE)\n",
    });
  });
});

describe("get", () => {
  test("prints the data as it is", async () => {
    const at = await fake([OPEN, data(1, "/a", ascii("hé\n")), closing(2)]);
    expect(await printed("get", "/a", "--endpoints", at)).toBe("hé\n\n");
  });

  test("tells empty data from none", async () => {
    const empty = await fake([OPEN, data(1, "/a", ""), closing(2)]);
    expect(await printed("get", "/a", "--endpoints", empty)).toBe("\n");
    const none = await fake([OPEN, data(1, "/a", null), closing(2)]);
    expect(await printed("get", "/a", "--endpoints", none)).toBe("");
  });

  test("prints what ZooKeeper keeps beside the data", async () => {
    const at = await fake([OPEN, data(1, "/a", "41"), closing(2)]);
    expect(await printed("get", "-s", "/a", "--endpoints", at)).toBe(`A
cZxid = 0x100000001
ctime = 2025-12-08T22:05:58.656Z
mZxid = 0x100000002
mtime = 2025-12-08T22:05:58.657Z
pZxid = 0xfffffffffffffffe
cversion = 4
dataVersion = 3
aclVersion = 5
ephemeralOwner = 0x100000a51f10000
dataLength = 6
numChildren = 7
`);
  });

  test("tells programs all of it", async () => {
    const bytes = await fake([OPEN, data(1, "/a", "ff00"), closing(2)]);
    expect(JSON.parse(await printed("get", "/a", "--json", "--endpoints", bytes))).toEqual({
      path: "/a",
      data_base64: "/wA=",
      stat: {
        czxid: "0x100000001",
        mzxid: "0x100000002",
        pzxid: "0xfffffffffffffffe",
        ctime: 0x19b_0000_0000,
        mtime: 0x19b_0000_0001,
        version: 3,
        cversion: 4,
        aversion: 5,
        ephemeral_owner: "0x100000a51f10000",
        data_length: 6,
        num_children: 7,
      },
    });
    const none = await fake([OPEN, data(1, "/a", null), closing(2)]);
    expect(JSON.parse(await printed("get", "/a", "--json", "--endpoints", none))).toMatchObject({
      data: null,
    });
  });

  test.each([
    [
      "ffffff9a",
      "/a: it needs READ (r) on /a: authenticate with --auth as somebody who has it (NOAUTH)",
    ],
    [
      "ffffff84",
      "/a: the server serves only who authenticates with SASL (SESSIONCLOSEDREQUIRESASLAUTH)",
    ],
    ["ffffffff", "/a: the server refused (SYSTEMERROR)"],
    ["ffffff00", "/a: the server refused (error -256)"],
  ])("says what error %s means", async (code, message) => {
    const step = { asks: request(1, "00000004", "/a"), gets: failed(1, code) };
    const at = await fake([OPEN, step, closing(2)]);
    expect(await zk("get", "/a", "--endpoints", at)).toMatchObject({
      code: EXIT.failed,
      err: `quorate: ${message}\n`,
    });
  });

  test("tells programs the error by ZooKeeper's name", async () => {
    const step = { asks: request(1, "00000004", "/a"), gets: failed(1, "ffffff9b") };
    const at = await fake([OPEN, step, closing(2)]);
    const { err } = await zk("get", "/a", "--json", "--endpoints", at);
    expect(JSON.parse(err)).toEqual({
      error: {
        code: "NONODE",
        message: "/a: there is no such node (NONODE)",
        exitCode: EXIT.failed,
      },
    });
  });
});

describe("servers that do not answer", () => {
  test("are passed over, and what was seen is not unseen", async () => {
    const first = await fake([
      OPEN,
      children(1, "/", ["a"]),
      { asks: request(2, "0000000c", "/a"), gets: "close" },
    ]);
    const second = await fake([RESUME, children(1, "/a", []), closing(2)]);
    expect(await printed("ls", "-R", "/", "--endpoints", `127.0.0.1:1,${first},${second}`)).toBe(
      "/\n/a\n",
    );
  });

  test("are all named when there is no other", async () => {
    const lost = await fake([{ ...OPEN, gets: "close" }]);
    const { code, err } = await zk("get", "/", "--endpoints", `${lost},127.0.0.1:1`);
    expect(code).toBe(EXIT.unavailable);
    expect(err).toBe(
      `quorate: ${lost} closed the connection instead of opening a session: it has no quorum, or too many connections, or is no ZooKeeper server\n` +
        "quorate: cannot reach 127.0.0.1:1: connection refused, nothing listens there\n",
    );
  });

  test.each([
    ["nothing", /^quorate: no answer from 127\.0\.0\.1:\d+ in time\n$/],
    ["00000010 00000000 00000000 0000000000000000 0000", /refused the session\n$/],
    ["ffffffff", /does not speak ZooKeeper's protocol: an answer of -1 bytes is impossible\n$/],
    [ascii("HTTP/1.1 400"), /protocol: an answer of 1213486160 bytes is impossible\n$/],
  ])("to the first word but with %s", async (answer, message) => {
    const at = await fake([{ ...OPEN, gets: answer.replaceAll(" ", "") }]);
    const { code, err } = await zk("get", "/", "--endpoints", at, "--timeout", "0.2");
    expect(code).toBe(EXIT.unavailable);
    expect(err).toMatch(message);
  });

  test("to what was asked, but to something else", async () => {
    const step = { asks: request(1, "00000004", "/"), gets: failed(9, "00000000") };
    const at = await fake([OPEN, step]);
    expect((await zk("get", "/", "--endpoints", at)).err).toMatch(
      /answered request 9 instead of 1\n$/,
    );
  });

  test("with more than was asked", async () => {
    const at = await fake([{ ...OPEN, gets: String(OPEN.gets) + failed(1, "ffffff9b") }]);
    const { code, err } = await zk("get", "/", "--endpoints", at);
    expect(code).toBe(EXIT.unavailable);
    expect(err).toBe(`quorate: ${at} sent what nobody asked for\n`);
  });

  test("but close the connection in the middle", async () => {
    const at = await fake([OPEN, { asks: request(1, "00000004", "/"), gets: "close" }]);
    expect((await zk("get", "/", "--endpoints", at)).err).toBe(
      `quorate: ${at} closed the connection\n`,
    );
  });

  test("as a whole at once, but byte by byte", async () => {
    const step = data(1, "/a", "41");
    const bytes = String(step.gets).match(/../g) ?? [];
    const at = await fake([OPEN, { ...step, gets: bytes }, closing(2)]);
    expect(await printed("get", "/a", "--endpoints", at)).toBe("A\n");
  });

  test("with what its length promises", async () => {
    const step = {
      asks: request(1, "0000000c", "/"),
      gets: `00000014${failed(1, "00000000").slice(8)}7fffffff`,
    };
    const at = await fake([OPEN, step, closing(2)]);
    const { code, err } = await zk("ls", "/", "--endpoints", at);
    expect(code).toBe(EXIT.failed);
    expect(err).toMatch(
      /malformed answer of a ZooKeeper server at byte 20: 2147483647 records cannot follow/,
    );
  });
});

const SRVR = `Zookeeper version: 3.8.0-5a02a05, built on 2022-02-25 08:49 UTC
Latency min/avg/max: 0/1.5/20
Received: 7
Sent: 6
Connections: 3
Outstanding: 0
Zxid: 0x20000000b
Mode: leader
Node count: 5
Proposal sizes last/min/max: -1/-1/-1
`;
const NOT_LISTED = "mntr is not executed because it is not in the whitelist.\n";

/** A server that is asked one word, answers and closes, as ZooKeeper's do. */
function status(srvr: string, mntr: string | null): Promise<string> {
  const words = [
    ["srvr", srvr],
    ["mntr", mntr],
  ] as const;
  return fake(
    ...words
      .filter(([, text]) => text !== null)
      .map(([word, text]) => [{ asks: ascii(word), gets: ascii(text ?? ""), ends: true as const }]),
  );
}

describe("status", () => {
  test("tells who leads and how far it is", async () => {
    const endpoint = await status(SRVR, NOT_LISTED);
    const out = await printed("status", "--endpoints", endpoint);
    expect(out).toMatch(/│ leader │ 3\.8\.0 +│ 0x20000000b │ 2\/11 +│ 3 +│ 0\/1\.5\/20 +│ 5 +│/);
    expect(out).not.toMatch(/role|tree digest/);
  });

  test("shows what Quorate's servers add", async () => {
    const endpoint = await status(
      SRVR,
      "zk_version\t3.9.0\nzk_role\tleader\nzk_epoch\t2\nzk_sync_mode\tDIFF\nzk_sync_why\tit was 3 behind\nzk_tree_digest\tcafe\n",
    );
    const out = await printed("status", "--endpoints", endpoint);
    expect(out).toMatch(/role +│ current epoch +│ last sync +│ because +│ tree digest +│/);
    expect(out).toMatch(/│ leader +│ 2 +│ DIFF +│ it was 3 behind +│ cafe +│/);
  });

  test("tells programs all of it", async () => {
    const endpoint = await status(SRVR, "zk_version\t3.8.0\nzk_peer_state\tleading - broadcast\n");
    expect(JSON.parse(await printed("status", "--json", "--endpoints", endpoint))).toEqual({
      endpoints: [
        {
          endpoint,
          up: true,
          version: "3.8.0-5a02a05",
          mode: "leader",
          zxid: "0x20000000b",
          epoch: 2,
          counter: 11,
          connections: 3,
          outstanding: 0,
          latency_ms: "0/1.5/20",
          nodes: 5,
          mntr: { zk_version: "3.8.0", zk_peer_state: "leading - broadcast" },
        },
      ],
    });
  });

  test.each([
    [
      "This ZooKeeper instance is not currently serving requests\n",
      "not serving: it is running, but belongs to no quorum now",
    ],
    [
      "srvr is not executed because it is not in the whitelist.\n",
      "up, but it does not say how: add srvr to its 4lw.commands.whitelist",
    ],
    ["", "it closed the connection: is it a ZooKeeper server, without TLS?"],
    ["HTTP/1.1 400 Bad Request\n\n", "it answers, but not as a ZooKeeper server does"],
    ["Zxid: 7\nMode: x\n", "it answers, but not as a ZooKeeper server does"],
  ])("says why there is none: %j", async (text, error) => {
    const endpoint = await status(text, null);
    const { code, out, err } = await zk("status", "--json", "--endpoints", endpoint);
    expect(JSON.parse(out)).toEqual({ endpoints: [{ endpoint, up: false, error }] });
    expect({ code, err: JSON.parse(err) }).toMatchObject({
      code: EXIT.unavailable,
      err: { error: { message: `no status of ${endpoint}` } },
    });
  });

  test("of one server does not hide that of another", async () => {
    const endpoint = await status(SRVR, NOT_LISTED);
    const { code, out, err } = await zk("status", "--endpoints", `${endpoint},127.0.0.1:1`);
    expect(code).toBe(EXIT.unavailable);
    expect(out).toMatch(/│ leader │/);
    expect(out).toMatch(/│ 127\.0\.0\.1:1 +│ connection refused, nothing listens there +│/);
    expect(err).toBe("quorate: no status of 127.0.0.1:1\n");
  });

  test("gives up on a server that says nothing", async () => {
    const at = await fake([{ asks: ascii("srvr"), gets: "nothing" }]);
    const { out } = await zk("status", "--json", "--endpoints", at, "--timeout", "0.1");
    expect(JSON.parse(out)).toMatchObject({ endpoints: [{ error: "no answer in time" }] });
  });
});
