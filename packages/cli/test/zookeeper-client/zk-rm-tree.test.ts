import { expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import {
  asking,
  children,
  closing,
  failed,
  int,
  OPEN,
  request,
  RESUME,
  STAT,
  ustring,
} from "./dialogues.ts";
import type { Step } from "./fake-zookeeper.ts";
import { fakes, printed, zk, zkAt } from "./run-zk.ts";

const OP = { check: 13, multi: 14 };
const NOT_EMPTY = -111;
const BAD_VERSION = -103;
const NOT_TRIED = -2;
const ANY = -1;
const END = "ffffffff 01 ffffffff";

const fake = fakes();

interface Part {
  readonly opcode: number;
  readonly path: string;
  readonly version: number;
}

const deletion = (path: string, version = ANY): Part => ({ opcode: 2, path, version });
const check = (path: string, version: number): Part => ({ opcode: OP.check, path, version });

/** A transaction; the last of its parts that are tried may fail. */
function multi(
  xid: number,
  parts: readonly Part[],
  failing?: readonly [index: number, code: number],
): Step {
  const fields = parts
    .map(
      ({ opcode, path, version }) => `${int(opcode)} 00 ffffffff ${ustring(path)} ${int(version)}`,
    )
    .join(" ");
  const results = parts.map(({ opcode }, i) => {
    if (!failing) return `${int(opcode)} 00 00000000`;
    const [index, code] = failing;
    const error = int(i < index ? 0 : i === index ? code : NOT_TRIED);
    return `ffffffff 00 ${error} ${error}`;
  });
  return asking(xid, OP.multi, `${fields} ${END}`, { gets: `${results.join(" ")} ${END}` });
}

test("a tree goes in one transaction, children first", async () => {
  const at = await fake([
    OPEN,
    children(1, "/r", ["b", "a"]),
    children(2, "/r/a", ["x"]),
    children(3, "/r/b", []),
    children(4, "/r/a/x", []),
    multi(
      5,
      ["/r/a/x", "/r/a", "/r/b", "/r"].map((path) => deletion(path)),
    ),
    closing(6),
  ]);
  expect(JSON.parse(await printed("rm", "-R", "/r", "--json", "--endpoints", at))).toEqual({
    path: "/r",
    deleted: 4,
    transactions: 1,
  });
});

/** A node with so many children without any, and the transactions in which all go. */
function wide(count: number): readonly Step[] {
  const names = Array.from({ length: count }, (_, i) => `n${String(i).padStart(4, "0")}`);
  const paths = names.map((name) => `/r/${name}`);
  const looks = (from: number, to: number, xid: number): Step[] =>
    paths.slice(from, to).map((path, i) => children(xid + i, path, []));
  // 64 are asked for at a time, so that 1024 were when the first 1000 can go.
  return [
    children(1, "/r", names),
    ...looks(0, 1024, 2),
    multi(
      1026,
      paths.slice(0, 1000).map((path) => deletion(path)),
    ),
    ...looks(1024, count, 1027),
    multi(
      3 + count,
      [...paths.slice(1000), "/r"].map((path) => deletion(path)),
    ),
  ];
}

test("a large tree goes in several, and a person sees it go", async () => {
  const at = await fake([OPEN, ...wide(1200), closing(1204)]);
  const ran = await zkAt({ isTerminal: true }, "rm", "-R", "/r", "--endpoints", at);
  expect(ran).toMatchObject({ code: EXIT.ok, out: "1201\n" });
  expect(ran.err).toContain("\r1000 nodes deleted\u001b[K");
  expect(ran.err.endsWith("\r\u001b[K")).toBe(true);
});

test("what somebody puts into it meanwhile goes too", async () => {
  const at = await fake([
    OPEN,
    children(1, "/r", []),
    multi(2, [deletion("/r")], [0, NOT_EMPTY]),
    children(3, "/r", ["new"]),
    children(4, "/r/new", []),
    multi(5, [deletion("/r/new"), deletion("/r")]),
    closing(6),
  ]);
  expect(await printed("rm", "-R", "/r", "--endpoints", at)).toBe("2\n");
});

test("one that always gets children again is left, with what is wrong", async () => {
  const rounds = Array.from({ length: 6 }, (_, i) => [
    children(2 * i + 1, "/r", []),
    multi(2 * i + 2, [deletion("/r")], [0, NOT_EMPTY]),
  ]);
  const at = await fake([OPEN, ...rounds.flat(), closing(13)]);
  const { code, err } = await zk("rm", "-R", "/r", "--endpoints", at);
  expect(code).toBe(EXIT.failed);
  expect(err).toMatch(/^quorate: \/r: it gets new children again and again \(NOTEMPTY\)\n$/);
});

test("a lost server does not end it, and counts when it did the work", async () => {
  const lost = { ...multi(2, [deletion("/r")]), gets: "close" } as const;
  const first = await fake([OPEN, children(1, "/r", []), lost]);
  const second = await fake([RESUME, children(1, "/r", "NONODE"), closing(2)]);
  expect(await printed("rm", "-R", "/r", "--endpoints", `${first},${second}`)).toBe("1\n");
});

test("there must be a tree", async () => {
  const at = await fake([OPEN, children(1, "/r", "NONODE"), closing(2)]);
  expect(await zk("rm", "-R", "/r", "--endpoints", at)).toEqual({
    code: EXIT.failed,
    out: "",
    err: "quorate: /r: there is no such node (NONODE)\n",
  });
});

test("nothing goes below a node of another version, and both are told", async () => {
  const parts = [check("/r", 2), deletion("/r/a"), deletion("/r", 2)];
  const stat = asking(4, 0, "", { gets: STAT });
  const at = await fake([
    OPEN,
    children(1, "/r", ["a"]),
    children(2, "/r/a", []),
    multi(3, parts, [0, BAD_VERSION]),
    { asks: request(4, "00000003", "/r"), gets: stat.gets },
    closing(5),
  ]);
  const { err } = await zk("rm", "-R", "/r", "--version", "2", "--endpoints", at);
  expect(err).toBe("quorate: /r: version 2 was asked for, but it is at 3 (BADVERSION)\n");
});

test("who may not delete is told what is missing, and where", async () => {
  const at = await fake([
    OPEN,
    children(1, "/r", ["a"]),
    { asks: request(2, "0000000c", "/r/a"), gets: failed(2, "ffffff9a") },
    closing(3),
  ]);
  const { err } = await zk("rm", "-R", "/r", "--endpoints", at);
  expect(err).toMatch(/^quorate: \/r\/a: it needs READ \(r\) on \/r\/a: .*\(NOAUTH\)\n$/);
});

test("a signal ends it behind a transaction, with what is gone", async () => {
  const at = await fake([OPEN, children(1, "/r", []), closing(2)]);
  const stop = AbortSignal.abort();
  const ran = await zkAt({ stop }, "rm", "-R", "/r", "--endpoints", at);
  expect(ran).toEqual({
    code: EXIT.interrupted,
    out: "",
    err: "quorate: interrupted: 0 nodes deleted, the rest stays\n",
  });
});
