import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { readZooSettings } from "../../src/zookeeper/read-zoo-settings.ts";
import { RealZooKeeper, SCRIPTS } from "./real-zookeeper.ts";
import { zk as runZk, type Ran } from "./run-zk.ts";
import { expectTour } from "./zk-tour.ts";

const TIMEOUT_MS = 120_000;
const SKIPPED = SCRIPTS ? "" : ": skipped, set QUORATE_ZOOKEEPER to the directory of zkServer.sh";

function zk(real: RealZooKeeper, ...args: readonly string[]): Promise<Ran> {
  return runZk(...args, "--endpoints", real.endpoints);
}

async function printed(real: RealZooKeeper, ...args: readonly string[]): Promise<string> {
  const { out, ...rest } = await zk(real, ...args);
  expect(rest).toEqual({ code: EXIT.ok, err: "" });
  return out;
}

describe.skipIf(!SCRIPTS)(
  `one server of Java's ZooKeeper${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  () => {
    let real: RealZooKeeper;
    beforeAll(async () => {
      real = await RealZooKeeper.prepare(
        1,
        "4lw.commands.whitelist=*",
        "extendedTypesEnabled=true",
      );
      expect(readZooSettings(real.zooCfg(0))).toMatchObject({
        settings: { ensemble: { kind: "standalone", self: "1" } },
        warnings: [],
      });
      await real.start();
      await real.zkCli("create /app hello", "create /app/a", "create /app/b 'two words'");
    }, TIMEOUT_MS);
    afterAll(() => real.close());

    test("is looked into", async () => {
      expect(await printed(real, "ls", "/")).toBe("app\nzookeeper\n");
      expect(await printed(real, "ls", "-R", "/app")).toBe("/app\n/app/a\n/app/b\n");
      expect(await printed(real, "get", "/app")).toBe("hello\n");
      expect(await printed(real, "get", "/app/a")).toBe("");
      expect(await printed(real, "get", "/app/b")).toBe("two words\n");
      expect(await printed(real, "get", "/app", "-s")).toMatch(
        /^hello\ncZxid = 0x2\nctime = 20.*\nmZxid = 0x2\n.*\npZxid = 0x4\ncversion = 2\n(?:.*\n)*numChildren = 2\n$/,
      );
      expect(await zk(real, "ls", "/nothing")).toEqual({
        code: EXIT.failed,
        out: "",
        err: "quorate: /nothing: there is no such node (NONODE)\n",
      });
    });

    test("tells how it is", async () => {
      const answer = JSON.parse(await printed(real, "status", "--json")) as {
        readonly endpoints: readonly object[];
      };
      expect(answer.endpoints).toEqual([
        {
          endpoint: real.endpoints,
          up: true,
          version: expect.stringMatching(/^3\.\d+\.\d+/),
          mode: "standalone",
          zxid: expect.stringMatching(/^0x[0-9a-f]+$/),
          epoch: 0,
          counter: expect.any(Number),
          // One that was just closed may still count.
          connections: expect.any(Number),
          outstanding: 0,
          latency_ms: expect.stringMatching(/^\d+\/[\d.]+\/\d+$/),
          nodes: expect.any(Number),
          mntr: expect.objectContaining({ zk_server_state: "standalone" }),
        },
      ]);
    });

    test("is written to", () => expectTour(real.endpoints));

    test("has data that its successor refuses", () => {
      expect(() => readZooSettings(real.zooCfg(0))).toThrow(/holds the data of Java's ZooKeeper/);
    });
  },
);

describe.skipIf(!SCRIPTS)(
  `three servers of Java's ZooKeeper${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  () => {
    let real: RealZooKeeper;
    beforeAll(async () => {
      real = await RealZooKeeper.prepare(3);
      expect(readZooSettings(real.zooCfg(1))).toMatchObject({
        settings: { ensemble: { kind: "replicated", self: "2" } },
        warnings: [],
      });
      await real.start();
    }, TIMEOUT_MS);
    afterAll(() => real.close());

    test("tell who leads, and that nobody does without a quorum", async () => {
      const table = await printed(real, "status");
      expect(table.match(/│ follower │/g)).toHaveLength(2);
      expect(table.match(/│ leader +│/g)).toHaveLength(1);
      const leader = await real.leader();
      await real.kill(leader);
      await real.kill((leader + 1) % 3);
      const left = (leader + 2) % 3;
      await real.until(left, (mode) => mode === null);
      const { code, out } = await zk(real, "status", "--json");
      expect(code).toBe(EXIT.unavailable);
      const { endpoints } = JSON.parse(out) as { readonly endpoints: readonly object[] };
      expect(endpoints[left]).toMatchObject({
        up: false,
        error: "not serving: it is running, but belongs to no quorum now",
      });
      expect(endpoints[leader]).toMatchObject({
        error: "connection refused, nothing listens there",
      });
      const { err } = await zk(real, "ls", "/");
      expect(err).toContain("closed the connection instead of opening a session: it has no quorum");
    });
  },
);
