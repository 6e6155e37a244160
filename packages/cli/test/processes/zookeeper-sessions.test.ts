import { randomInt } from "node:crypto";
import { Prng } from "@quorate/core";
import type { LeaderChange } from "@quorate/kv/testing";
import { afterEach, expect, test } from "vitest";
import type { RealEnsemble } from "./real-ensemble.ts";
import { Cast } from "./zookeeper-history/cast.ts";
import { Stalls } from "./zookeeper-history/stalls.ts";
import { FAULTLESS, judgeCast } from "./zookeeper-history/verdict.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const SEED = Number(process.env["QUORATE_HISTORY_SEED"] ?? randomInt(2 ** 32));
const MINUTE = 60_000;
const TICK_MS = 500;
const SESSION_MS = { short: 2000, long: 8000 };
/** What expiry itself may take. */
const SLACK_MS = 500;

let ensemble: RealEnsemble | null = null;
let cast: Cast | null = null;
afterEach(async () => {
  cast?.close();
  await ensemble?.close();
  [cast, ensemble] = [null, null];
});

test(
  `the leader is killed ${ROUNDS} times under clients with sessions, seed ${SEED}`,
  async () => {
    const settings = { tickTime: TICK_MS, maxClientCnxns: 0 };
    const running = (ensemble = await startServers(3, { settings }));
    const { endpoints } = running;
    const stalls = new Stalls();
    const prng = new Prng(SEED);
    const working = (cast = await Cast.begin({ endpoints, prng, sessionMillis: SESSION_MS }));
    const changes: LeaderChange[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await working.more();
      const leader = await running.leader();
      const lostAt = performance.now();
      await running.kill(leader);
      await running.leader();
      changes.push({ lostAt, servingAt: performance.now() });
      await working.more();
      running.launch(leader);
      await running.ready();
    }
    await working.finish();
    const times = {
      tickMillis: TICK_MS,
      // A member that is killed had told the leader half a tick before.
      untoldMillis: TICK_MS + stalls.longestMillis,
      changes,
      slackMillis: SLACK_MS + stalls.longestMillis,
    };
    console.log(working.summary);
    expect(judgeCast(working, times)).toEqual(FAULTLESS);
  },
  (ROUNDS + 1) * MINUTE,
);
