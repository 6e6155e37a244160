import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { runShared, whyNotRun } from "./zookeeper-libraries/shared-suite.ts";

const MINUTE = 60_000;
const RECIPES = 16;

const missing = whyNotRun(
  ["javac", "default-jdk-headless"],
  ["/usr/share/java/curator-recipes.jar", "libcurator-recipes-java"],
);
const skipped = missing === null ? "" : `: skipped, ${missing}`;

let ensemble: RealEnsemble;
beforeAll(async () => {
  if (missing === null) ensemble = await startServers(3);
}, MINUTE);
afterAll(() => ensemble?.close());

describe.skipIf(missing !== null)(`Curator${skipped}`, () => {
  test(
    `all of ${RECIPES} recipes`,
    async () => {
      const servers = ensemble.endpoints.map(hostPortText).join(",");
      const lines = await runShared("curator", { args: [servers] });
      expect(lines.filter((line) => !line.startsWith("PASS "))).toEqual([
        `${RECIPES} passed, 0 failed`,
      ]);
    },
    2 * MINUTE,
  );
});
