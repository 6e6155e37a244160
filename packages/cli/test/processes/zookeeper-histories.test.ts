import { randomInt } from "node:crypto";
import { Prng } from "@quorate/core";
import type { LeaderChange } from "@quorate/kv/testing";
import { afterEach, expect, test } from "vitest";
import { CuttableNetwork, NO_NETWORKS } from "./cuttable-network.ts";
import { befall, FaultDeck, wordFault } from "./history/faults.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { Cast } from "./zookeeper-history/cast.ts";
import { Stalls } from "./zookeeper-history/stalls.ts";
import { FAULTLESS, judgeCast } from "./zookeeper-history/verdict.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";

/** `npm run test:chaos` sets it to 20, for a minute of faults; a sample runs with every test run. */
const IS_LONG = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2) >= 20;
const MINUTE = 60_000;
const FAULTS_LAST_MS = IS_LONG ? MINUTE : 0;
/** In the sample one of them is the leader's. */
const FAULTS_MIN = IS_LONG ? 12 : 2;

/** Faults and requests follow from it; when they meet does not. */
const SEED = Number(process.env["QUORATE_HISTORY_SEED"] ?? randomInt(2 ** 32));

const TICK_MS = 500;
const SYNC_LIMIT = 4;
const SESSION_MS = { short: 5000, long: 8000 };
/** What expiry itself may take. */
const SLACK_MS = 500;
const WITHOUT_CUTS = NO_NETWORKS === null ? "" : `, nobody cut off: ${NO_NETWORKS}`;

let ensemble: RealEnsemble | null = null;
let network: CuttableNetwork | null = null;
let cast: Cast | null = null;
afterEach(async () => {
  cast?.close();
  await ensemble?.close();
  network?.close();
  [cast, ensemble, network] = [null, null, null];
});

async function startEnsemble(): Promise<RealEnsemble> {
  const settings = { tickTime: TICK_MS, syncLimit: SYNC_LIMIT, maxClientCnxns: 0 };
  if (NO_NETWORKS !== null) return startServers(3, { settings });
  network = new CuttableNetwork(3);
  return startServers(3, { settings, sites: network.sites });
}

test(
  `what clients are told under faults is as ZooKeeper promises, seed ${SEED}${WITHOUT_CUTS}`,
  async () => {
    const running = (ensemble = await startEnsemble());
    const { endpoints } = running;
    const stalls = new Stalls();
    const prng = new Prng(SEED);
    const deck = new FaultDeck(prng, network !== null);
    const working = (cast = await Cast.begin({ endpoints, prng, sessionMillis: SESSION_MS }));
    const changes: LeaderChange[] = [];
    const faults: string[] = [];
    const startedAt = performance.now();
    await working.more();
    while (faults.length < FAULTS_MIN || performance.now() - startedAt < FAULTS_LAST_MS) {
      const fault = deck.deal();
      const lostAt = performance.now();
      await befall({ group: running, members: running.sids, network }, fault, prng);
      await running.leader();
      changes.push({ lostAt, servingAt: performance.now() });
      faults.push(wordFault(fault));
    }
    await running.ready();
    await working.more();
    await working.finish();

    const verdict = judgeCast(working, {
      tickMillis: TICK_MS,
      // One that is cut off goes on to serve until it notices.
      untoldMillis: TICK_MS * (SYNC_LIMIT + 1) + stalls.longestMillis,
      changes,
      slackMillis: SLACK_MS + stalls.longestMillis,
    });
    console.log(`${working.summary}; ${faults.join(", ")}`);
    expect(verdict).toEqual(FAULTLESS);
    if (IS_LONG) {
      expect(deck.all.map(wordFault).filter((name) => !faults.includes(name))).toEqual([]);
    }
  },
  5 * MINUTE,
);
