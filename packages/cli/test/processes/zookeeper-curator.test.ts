import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { CURATOR, startMoves } from "./zookeeper-libraries/curator.ts";
import { serverAt } from "./zookeeper-libraries/server-at.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { notInstalled, runShared, whyNotRun } from "./zookeeper-libraries/shared-suite.ts";

const MINUTE = 60_000;
const RECIPES = 16;

const missing = notInstalled(...CURATOR);
const recipesMissing = whyNotRun(...CURATOR);

let ensemble: RealEnsemble;
beforeAll(async () => {
  if (missing === null) ensemble = await startServers(3);
}, MINUTE);
afterAll(() => ensemble?.close());

function skipped(why: string | null): string {
  return why === null ? "" : `: skipped, ${why}`;
}

describe("Curator", () => {
  test.skipIf(recipesMissing !== null)(
    `all of ${RECIPES} recipes${skipped(recipesMissing)}`,
    async () => {
      const servers = ensemble.endpoints.map(hostPortText).join(",");
      const lines = await runShared("curator", { args: [servers] });
      expect(lines.filter((line) => !line.startsWith("PASS "))).toEqual([
        `${RECIPES} passed, 0 failed`,
      ]);
    },
    2 * MINUTE,
  );

  test.skipIf(missing !== null)(
    `a session goes on at another server when its own is killed, with its watches${skipped(missing)}`,
    async () => {
      const holder = startMoves(ensemble.endpoints);
      for (let moves = 0; moves < ensemble.sids.length; moves++) {
        const at = serverAt(ensemble, await holder.next());
        await ensemble.kill(at);
        holder.say("moved");
        expect(await holder.next()).toBe("SUSPENDED RECONNECTED");
        expect(await holder.next()).toBe("told [NodeDataChanged, NodeCreated]");
        expect(await holder.next()).toBe(
          "session kept true, ephemeral true, lock true, other waits true",
        );
        ensemble.launch(at);
        await ensemble.ready();
      }
      await holder.next();
      holder.say("release");
      expect(await holder.rest()).toEqual(["taken true"]);
    },
    2 * MINUTE,
  );
});
