import { afterEach, expect, test } from "vitest";
import { RealEnsemble } from "./real-ensemble.ts";
import { ZooKeeperLoad } from "./zookeeper-load.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
/** What a user may see with the times of ZooKeeper's sample file while a leader is replaced. */
const GAP_MS_MAX = 3_000;
const SAMPLE_TIMES = { tickTime: 2000, initLimit: 10, syncLimit: 5 };
const CLIENTS = 4;
const WRITES_PER_ROUND = 50;

let ensemble: RealEnsemble | null = null;
afterEach(async () => {
  await ensemble?.close();
  ensemble = null;
});

test(
  `the leader is killed ${ROUNDS} times and comes back; nothing acknowledged is lost`,
  async () => {
    ensemble = await RealEnsemble.start(3, { settings: SAMPLE_TIMES });
    const load = new ZooKeeperLoad(ensemble.endpoints, "kill", CLIENTS);
    for (let round = 0; round < ROUNDS; round++) {
      await load.more(WRITES_PER_ROUND);
      const leader = await ensemble.leader();
      await ensemble.kill(leader);
      await load.more(WRITES_PER_ROUND);
      ensemble.launch(leader);
      await ensemble.ready();
    }
    await load.stop();
    expect(await load.lost()).toEqual([]);
    expect(new Set(await ensemble.digests()).size).toBe(1);
    expect(load.longestGapMs).toBeLessThan(GAP_MS_MAX);
    expect(load.expired).toBe(0);
  },
  ROUNDS * MINUTE,
);

test(
  "all are killed at once and come back; nothing acknowledged is lost",
  async () => {
    ensemble = await RealEnsemble.start(3, { settings: SAMPLE_TIMES });
    const load = new ZooKeeperLoad(ensemble.endpoints, "all", CLIENTS);
    const sweeps = Math.max(1, Math.floor(ROUNDS / 4));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      await load.more(WRITES_PER_ROUND);
      await ensemble.kill(...ensemble.sids);
      ensemble.launch(...ensemble.sids);
      await ensemble.ready();
    }
    await load.more(WRITES_PER_ROUND);
    await load.stop();
    expect(await load.lost()).toEqual([]);
    expect(new Set(await ensemble.digests()).size).toBe(1);
    expect(load.expired).toBe(0);
  },
  ROUNDS * MINUTE,
);
