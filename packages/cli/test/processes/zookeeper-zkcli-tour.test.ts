import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { hasZkCli } from "./zookeeper-clients.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { runShared, whyNotRun } from "./zookeeper-libraries/shared-suite.ts";

const MINUTE = 60_000;
/** What zkCli prints or does not print, as it happens, with Java's server as well. */
const BY_CHANCE = /^(?:Failed to delete some node\(s\) in the subtree!|Not connected)$/;

const missing = hasZkCli ? whyNotRun() : "not installed: zookeeper";
const skipped = missing === null ? "" : `: skipped, ${missing}`;

let ensemble: RealEnsemble;
beforeAll(async () => {
  if (missing === null) ensemble = await startServers(1);
}, MINUTE);
afterAll(() => ensemble?.close());

describe.skipIf(missing !== null)(`zkCli${skipped}`, () => {
  test(
    "prints what it prints with Java's server, for 75 commands",
    async () => {
      const [server] = ensemble.endpoints.map(hostPortText);
      const lines = await runShared("zkcli-tour", { args: [server ?? ""] });
      expect(lines.at(-1)).toMatch(/^146 golden lines, \d+ differing lines$/);
      const [missed, added] = ["< ", "> "].map((side) => differing(lines, side));
      expect(added).toEqual(missed);
    },
    2 * MINUTE,
  );
});

/** The lines of one side that differ, sorted: one thread prints answers, and another what watches tell. */
function differing(lines: readonly string[], side: string): readonly string[] {
  return lines
    .filter((line) => line.startsWith(side))
    .map((line) => line.slice(side.length))
    .filter((line) => !BY_CHANCE.test(line))
    .sort();
}
