import { afterEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { fakeTerminal } from "../fake-terminal.ts";
import { run } from "../../src/run.ts";
import {
  asking,
  children,
  closing,
  data,
  event,
  EXPIRED,
  failed,
  followedBy,
  OPEN,
  request,
  RESUME,
  STAT,
  ustring,
} from "./dialogues.ts";
import type { Output } from "../../src/terminal/terminal.ts";
import { PING, PONG, type Step } from "./fake-zookeeper.ts";
import { fakes, zk, type Ran } from "./run-zk.ts";

const OP = { addWatch: 106, setWatches: 101, setWatches2: 105 };
const CREATED = 1;
const DELETED = 2;
const DATA_CHANGED = 3;
const CHILDREN_CHANGED = 4;
const SEEN = "0000000100000002";

const fake = fakes();
afterEach(() => vi.useRealTimers());

function addWatch(xid: number, path: string, mode: 0 | 1): Step {
  return asking(xid, OP.addWatch, `${ustring(path)} 0000000${mode}`, { gets: "00000000" });
}

function exists(xid: number, path: string, isThere: boolean): Step {
  const asks = request(xid, "00000003", path, true);
  return {
    asks,
    gets: isThere ? asking(xid, 0, "", { gets: STAT }).gets : failed(xid, "ffffff9b"),
  };
}

/** The list that names the path, among three or five. */
function setWatches(lists: 3 | 5, place: number, path: string): Step {
  const names = Array.from({ length: lists }, (_, i) =>
    i === place ? `00000001 ${ustring(path)}` : "00000000",
  );
  const opcode = lists === 3 ? OP.setWatches : OP.setWatches2;
  return asking(-8, opcode, `${SEEN} ${names.join(" ")}`, { gets: "" });
}

/** Asks the command to stop as soon as it has said that. */
function stopping(output: Output, stop: AbortController, when = /./): Output {
  return {
    ...output,
    write(chunk) {
      output.write(chunk);
      if (when.test(String(chunk))) stop.abort();
    },
  };
}

async function watched(at: string, ...args: readonly string[]): Promise<Ran> {
  const ran = await zk("watch", ...args, "--endpoints", at);
  expect(ran.code).toBe(EXIT.ok);
  return ran;
}

function objects(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

describe("a watch that stays", () => {
  test("tells every event in a line, with the zxid where the server says it", async () => {
    const events = [
      event(CREATED, "/a"),
      event(DATA_CHANGED, "/a", "000000010000000a"),
      event(CHILDREN_CHANGED, "/a"),
      event(DELETED, "/a"),
    ];
    const at = await fake([OPEN, followedBy(addWatch(1, "/a", 0), ...events), closing(2)]);
    const { out, err } = await watched(at, "/a", "--events", "4");
    expect(out).toBe(
      "NodeCreated /a\nNodeDataChanged /a zxid=0x10000000a\nNodeChildrenChanged /a\nNodeDeleted /a\n",
    );
    expect(err).toBe("watching /a\n");
  });

  test("covers what is below, and is a stream of objects for programs", async () => {
    const step = followedBy(addWatch(1, "/a", 1), event(CREATED, "/a/b", "0000000000000007"));
    const at = await fake([OPEN, step, closing(2)]);
    const { out, err } = await watched(at, "-R", "/a", "--events", "1", "--json");
    expect(err).toBe("");
    expect(objects(out)).toEqual([
      { event: "watching", path: "/a", kind: "recursive" },
      { event: "NodeCreated", path: "/a/b", zxid: "0x7" },
    ]);
  });

  test("is taken to another server, and what may have been missed is said", async () => {
    const step = followedBy(addWatch(1, "/a", 1), event(CREATED, "/a/b"));
    const first = await fake([OPEN, { ...step, ends: true }]);
    const again = followedBy(setWatches(5, 4, "/a"), event(DELETED, "/a/b"));
    const second = await fake([RESUME, again, closing(1)]);
    const { out, err } = await watched(`${first},${second}`, "-R", "/a", "--events", "2");
    expect(out).toBe("NodeCreated /a/b\nNodeDeleted /a/b\n");
    expect(err.split("\n")).toEqual([
      "watching /a and everything below it",
      `${first} closed the connection: asking for the session elsewhere`,
      expect.stringMatching(
        `^the session goes on at ${second}, after 0\\.\\d s; what changed meanwhile is not told: read /a again$`,
      ),
      "",
    ]);
  });

  test("comes back to the only server there is", async () => {
    const first = { ...addWatch(1, "/a", 0), ends: true } as const;
    const again = followedBy(setWatches(5, 3, "/a"), event(DELETED, "/a"));
    const at = await fake(
      [OPEN, first],
      [{ ...RESUME, gets: "close" }],
      [RESUME, again, closing(1)],
    );
    const { out } = await watched(at, "/a", "--events", "1", "--json");
    expect(objects(out)).toEqual([
      { event: "watching", path: "/a", kind: "persistent" },
      { event: "lost", why: `${at} closed the connection` },
      { event: "resumed", endpoint: at, away_ms: expect.any(Number), changes_told: "no" },
      { event: "NodeDeleted", path: "/a" },
    ]);
  });

  test("is kept by pings, until the server falls silent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const pong: Step = { asks: PING, gets: PONG + event(DATA_CHANGED, "/a") };
    const silent: Step = { asks: PING, gets: "silence" };
    const first = await fake([OPEN, addWatch(1, "/a", 0), pong, pong, pong, silent]);
    const second = await fake([EXPIRED]);
    const terminal = fakeTerminal();
    // Each time that the client has heard of it, the next third of its session passes.
    const pass = (): void => void vi.advanceTimersByTime(10_000 / 3 + 1);
    const heard = (output: Output): Output => ({
      ...output,
      write(chunk) {
        output.write(chunk);
        pass();
      },
    });
    const { out, err } = terminal;
    const args = ["zk", "watch", "/a", "--endpoints", `${first},${second}`];
    const running = run(args, { ...terminal, out: heard(out), err: heard(err) });
    await vi.waitUntil(() => {
      if (terminal.stdout().split("\n").length > 3) pass();
      return terminal.stderr().includes("elsewhere");
    });
    expect(await running).toBe(EXIT.failed);
    expect(terminal.stdout()).toBe("NodeDataChanged /a\n".repeat(3));
    expect(terminal.stderr()).toContain(`\n${first} has fallen silent: asking for`);
  });

  test("ends with its session", async () => {
    const at = await fake([OPEN, { ...addWatch(1, "/a", 0), ends: true }], [EXPIRED]);
    const { code, err } = await zk("watch", "/a", "--endpoints", at);
    expect(code).toBe(EXIT.failed);
    expect(err).toMatch(
      /\nquorate: 127\.0\.0\.1:\d+: the session has expired \(SESSIONEXPIRED\)\n$/,
    );
  });

  test("needs a server that knows it", async () => {
    const unknown = asking(1, OP.addWatch, `${ustring("/a")} 00000000`, { fails: "fffffffa" });
    const at = await fake([OPEN, unknown, { ...closing(2), gets: "close" }]);
    const { code, err } = await zk("watch", "/a", "--endpoints", at);
    expect(code).toBe(EXIT.failed);
    expect(err).toMatch(/use --data, --exists or --children \(UNIMPLEMENTED\)\n$/);
  });
});

describe("a watch that fires once", () => {
  test("--data is left again with a read, and waits for a node that went", async () => {
    const at = await fake([
      OPEN,
      followedBy(data(1, "/a", "61", true), event(DATA_CHANGED, "/a")),
      followedBy(data(2, "/a", "ff", true), event(DELETED, "/a")),
      { asks: request(3, "00000004", "/a", true), gets: failed(3, "ffffff9b") },
      followedBy(exists(4, "/a", false), event(CREATED, "/a")),
      data(5, "/a", null, true),
      closing(6),
    ]);
    const { out } = await watched(at, "--data", "/a", "--events", "3", "--json");
    const stat = expect.objectContaining({ version: 3 });
    expect(objects(out)).toEqual([
      { event: "watching", path: "/a", kind: "data", stat, data: "a" },
      { event: "NodeDataChanged", path: "/a", stat, data_base64: "/w==" },
      { event: "NodeDeleted", path: "/a", stat: null },
      { event: "NodeCreated", path: "/a", stat, data: null },
    ]);
  });

  test("--data finds a node that came back before it was waited for", async () => {
    const at = await fake([
      OPEN,
      followedBy(data(1, "/a", "61", true), event(DELETED, "/a")),
      { asks: request(2, "00000004", "/a", true), gets: failed(2, "ffffff9b") },
      exists(3, "/a", true),
      data(4, "/a", "62", true),
      closing(5),
    ]);
    const { out } = await watched(at, "--data", "/a", "--events", "1");
    expect(out).toBe("NodeDeleted /a version=3\n");
  });

  test.each(["--data", "--children"])("%s needs a node at first", async (flag) => {
    const opcode = flag === "--data" ? "00000004" : "0000000c";
    const step = { asks: request(1, opcode, "/a", true), gets: failed(1, "ffffff9b") };
    const at = await fake([OPEN, step, closing(2)]);
    const { code, err } = await zk("watch", flag, "/a", "--endpoints", at);
    expect(code).toBe(EXIT.failed);
    expect(err).toBe("quorate: /a: there is no such node (NONODE)\n");
  });

  test("--exists waits for a node, and is taken to another server", async () => {
    const first = await fake([OPEN, { ...exists(1, "/a", false), ends: true }]);
    const seen = { ...RESUME, asks: RESUME.asks.replace(SEEN, "0000000000000001") };
    const again = asking(
      -8,
      OP.setWatches,
      `0000000000000001 00000000 00000001 ${ustring("/a")} 00000000`,
      { gets: "" },
    );
    const second = await fake([
      seen,
      followedBy(again, event(CREATED, "/a")),
      exists(1, "/a", true),
      closing(2),
    ]);
    const { out, err } = await watched(`${first},${second}`, "--exists", "/a", "--events", "1");
    expect(out).toBe("NodeCreated /a version=3\n");
    expect(err).toMatch(/; what changed meanwhile comes as one event\n$/);
  });

  test("--children tells who came and went", async () => {
    const at = await fake(
      [
        OPEN,
        followedBy(children(1, "/a", ["x", "y"], true), event(CHILDREN_CHANGED, "/a")),
        { ...followedBy(children(2, "/a", ["z", "y"], true)), ends: true },
      ],
      [
        RESUME,
        followedBy(setWatches(3, 2, "/a"), event(CHILDREN_CHANGED, "/a")),
        children(1, "/a", [], true),
        closing(2),
      ],
    );
    const { out } = await watched(at, "--children", "/a", "--events", "2");
    expect(out).toBe("NodeChildrenChanged /a +z -x\nNodeChildrenChanged /a -y -z\n");
  });
});

test("a signal ends a watch, and its session", async () => {
  const stop = new AbortController();
  const at = await fake([OPEN, addWatch(1, "/a", 0), closing(2)]);
  const terminal = fakeTerminal({ stop: stop.signal, isTerminal: true, colours: true });
  const running = run(["zk", "watch", "/a", "--endpoints", at], {
    ...terminal,
    err: stopping(terminal.err, stop),
  });
  expect(await running).toBe(EXIT.ok);
  expect(terminal.stderr()).toBe("\u001b[2mwatching /a\u001b[22m\n");
});

test.each([
  [["--data", "--children"], "option '--data' cannot be used with option '--children'"],
  [["-R", "--exists"], "option '-R, --recursive' cannot be used with option '--exists'"],
])("%j contradict each other", async (flags, message) => {
  expect(await zk("watch", "/a", ...flags)).toEqual({
    code: EXIT.usage,
    out: "",
    err: `quorate: ${message}\n`,
  });
});

describe("an ephemeral node", () => {
  const create = asking(
    1,
    15,
    `${ustring("/e")} 00000001 6d 00000001 0000001f ${ustring("world")} ${ustring("anyone")} 00000001`,
    { gets: `${ustring("/e")} ${STAT}` },
  );

  test("is there until a signal", async () => {
    const stop = new AbortController();
    const at = await fake([OPEN, create, closing(2)]);
    const terminal = fakeTerminal({ stop: stop.signal });
    const args = ["zk", "create", "/e", "m", "--ephemeral", "--endpoints", at];
    expect(await run(args, { ...terminal, err: stopping(terminal.err, stop) })).toBe(EXIT.ok);
    expect(terminal.stdout()).toBe("/e\n");
    expect(terminal.stderr()).toBe("held by session 0x100000a51f10000 until this is stopped\n");
  });

  test("is given up when a server says that its session has expired", async () => {
    const first = await fake([OPEN, { ...create, ends: true }]);
    const second = await fake([EXPIRED]);
    const args = ["create", "/e", "m", "-e", "--json", "--endpoints", `${first},${second}`];
    const { code, out, err } = await zk(...args);
    expect(objects(out)).toEqual([
      { path: "/e", stat: expect.anything(), session_timeout_ms: 10_000 },
      { event: "lost", why: `${first} closed the connection` },
    ]);
    expect({ code, err: JSON.parse(err) }).toMatchObject({
      code: EXIT.failed,
      err: { error: { code: "SESSIONEXPIRED" } },
    });
  });

  test("goes by itself when no server is there to be told", async () => {
    const stop = new AbortController();
    const at = await fake([OPEN, { ...create, ends: true }]);
    const terminal = fakeTerminal({ stop: stop.signal });
    const args = ["zk", "create", "/e", "m", "-e", "--endpoints", at];
    const err = stopping(terminal.err, stop, /asking for the session elsewhere/);
    expect(await run(args, { ...terminal, err })).toBe(EXIT.ok);
    expect(terminal.stderr()).toMatch(
      /\nno server was there to be told: the node goes within 10 s\n$/,
    );
  });
});
