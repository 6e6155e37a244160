import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";
import { cliMt, hasCliMt, hasZkCli, zkCli } from "./zookeeper-clients.ts";

const MINUTE = 60_000;
const SIDS = [1, 2, 3];
const ZXID = /^0x[0-9a-f]{9}$/;
const YEAR = /\b2\d{3}$/;

function skipped(isThere: boolean, name: string, debianPackage: string): string {
  return isThere ? "" : `: skipped, ${name} is not installed (package ${debianPackage})`;
}

let ensemble: RealEnsemble;
beforeAll(async () => {
  if (!hasZkCli && !hasCliMt) return;
  ensemble = await RealEnsemble.start(3);
  for (const sid of SIDS) {
    const session = await ZooKeeperSession.open(ensemble.endpoint(sid), { answerMs: 10_000 });
    expect((await session.create(`/made-at-${sid}`, "")).error).toBe(0);
    await session.close();
  }
}, MINUTE);
afterAll(() => ensemble?.close());

const endpoint = (sid: number): string => hostPortText(ensemble.endpoint(sid));

/** `name = value`, or the C client's `name=value`, several of them in a line. */
function factsIn(lines: readonly string[]): ReadonlyMap<string, string> {
  const facts = lines.flatMap((line) => [...line.matchAll(/(\w+) ?= ?([^\t]*)/g)]);
  return new Map(facts.map(([, name = "", value = ""]) => [name, value]));
}

describe.skipIf(!hasZkCli)(`zkCli.sh${skipped(hasZkCli, "zkCli.sh", "zookeeper")}`, () => {
  test.each(SIDS)(
    "works with server %i of three",
    async (sid) => {
      const path = `/java-${sid}`;
      const lines = await zkCli(endpoint(sid), [
        `create ${path} hello`,
        `create ${path}/child`,
        `get ${path}`,
        `set ${path} world!`,
        `get ${path}`,
        `stat ${path}`,
        `ls ${path}`,
        `delete ${path}`,
        `delete ${path}/child`,
        `ls ${path}`,
        `delete ${path}`,
        `get ${path}`,
        "sync /",
        "ls /",
      ]);
      const stat = lines.filter((line) => line.includes(" = "));
      expect(lines.filter((line) => !stat.includes(line))).toEqual([
        `Created ${path}`,
        `Created ${path}/child`,
        "hello",
        "world!",
        "[child]",
        `Node not empty: ${path}`,
        "[]",
        `Node does not exist: ${path}`,
        "Sync is OK",
        "[made-at-1, made-at-2, made-at-3, zookeeper]",
      ]);
      expect(Object.fromEntries(factsIn(stat))).toEqual({
        cZxid: expect.stringMatching(ZXID),
        ctime: expect.stringMatching(YEAR),
        mZxid: expect.stringMatching(ZXID),
        mtime: expect.stringMatching(YEAR),
        pZxid: expect.stringMatching(ZXID),
        cversion: "1",
        dataVersion: "1",
        aclVersion: "0",
        ephemeralOwner: "0x0",
        dataLength: "6",
        numChildren: "1",
      });
    },
    MINUTE,
  );
});

/** How the C client's answers end. */
const CODE = /(?:rc = -?\d+|^Error .*)\n/m;
const NAMED = /name = .*\n/;
const STAT = /(?:ephemeralOwner = .*|^null)\n/m;
const TIMED = /^time = .*\n/m;

describe.skipIf(!hasCliMt)(`cli_mt${skipped(hasCliMt, "cli_mt", "zookeeper-bin")}`, () => {
  test.each(SIDS)(
    "works with server %i of three",
    async (sid) => {
      const path = `/c-${sid}`;
      const lines = await cliMt(endpoint(sid), [
        [`create ${path}`, NAMED],
        [`create ${path}`, CODE],
        [`set ${path} hello`, STAT],
        [`get ${path}`, STAT],
        [`exists ${path}/none`, CODE],
        [`create ${path}/child`, NAMED],
        [`ls ${path}`, TIMED],
        [`sync ${path}`, NAMED],
        [`delete ${path}`, CODE],
        [`delete ${path}/child`, CODE],
        [`delete ${path}`, CODE],
        [`get ${path}`, STAT],
      ]);
      const stat = lines.filter((line) => /^\w+ ?=/.test(line) && !line.startsWith("name ="));
      expect(lines.filter((line) => !stat.includes(line))).toEqual([
        `Creating [${path}] node (mode: 0)`,
        `[${path}]: rc = 0`,
        `name = ${path}`,
        `Creating [${path}] node (mode: 0)`,
        `[${path}]: rc = -110`,
        `${path}: rc = 0 Stat:`,
        `${path}: rc = 0`,
        "hello",
        "Stat:",
        `Error -101 for ${path}/none`,
        `Creating [${path}/child] node (mode: 0)`,
        `[${path}/child]: rc = 0`,
        `name = ${path}/child`,
        `${path}: rc = 0`,
        "child",
        `[${path}]: rc = 0`,
        `name = ${path}`,
        `${path}: rc = -111`,
        `${path}/child: rc = 0`,
        `${path}: rc = 0`,
        `${path}: rc = -101`,
        "Stat:",
        "null",
      ]);
      expect(Object.fromEntries(factsIn(stat))).toEqual({
        ctime: expect.stringMatching(YEAR),
        czxid: expect.stringMatching(/^[0-9a-f]{9}$/),
        mtime: expect.stringMatching(YEAR),
        mzxid: expect.stringMatching(/^[0-9a-f]{9}$/),
        version: "1",
        aversion: "0",
        ephemeralOwner: "0",
        value_len: "5",
      });
    },
    MINUTE,
  );
});
