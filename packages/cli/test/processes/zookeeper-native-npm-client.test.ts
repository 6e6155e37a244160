import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { IS_WHOLE, runShared, whyNotRun } from "./zookeeper-libraries/shared-suite.ts";

const MINUTE = 60_000;
const TESTS = 14;

const missing = IS_WHOLE
  ? whyNotRun(["g++", "g++"], ["cmake", "cmake"], ["python3", "python3"])
  : "it is compiled for a long time: set QUORATE_ZOOKEEPER_SUITES=whole";
const skipped = missing === null ? "" : `: skipped, ${missing}`;

let ensemble: RealEnsemble;
beforeAll(async () => {
  if (missing === null) ensemble = await startServers(3);
}, MINUTE);
afterAll(() => ensemble?.close());

describe.skipIf(missing !== null)(`the tests of npm's zookeeper, a C client${skipped}`, () => {
  test.each([1, 2, 3])(
    `all ${TESTS}, with server %i of three`,
    async (sid) => {
      const lines = await runShared("zk-native-npm", {
        args: [hostPortText(ensemble.endpoint(sid))],
      });
      expect(lines.filter((line) => /✖|✘/.test(line))).toEqual([]);
      expect(lines.filter((line) => line.includes("✔")).length).toBe(TESTS);
      expect(lines.map((line) => line.trim())).toContain(`${TESTS} tests passed`);
    },
    5 * MINUTE,
  );
});
