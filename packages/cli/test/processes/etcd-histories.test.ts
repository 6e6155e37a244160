import { randomInt } from "node:crypto";
import { Prng } from "@quorate/core";
import { KeyHistory } from "@quorate/kv/testing";
import { afterEach, describe, expect, test } from "vitest";
import { CuttableNetwork, NO_NETWORKS } from "./cuttable-network.ts";
import { befall, FaultDeck, wordFault } from "./history/faults.ts";
import { HistoricClient } from "./history/historic-client.ts";
import { judge } from "./history/judge.ts";
import { readPast } from "./history/past-reads.ts";
import { WORKLOADS, type Workload } from "./history/workloads.ts";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20, for a minute of each workload; a sample runs with every test run. */
const IS_LONG = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2) >= 20;
const MINUTE = 60_000;
const FAULTS_LAST_MS = IS_LONG ? MINUTE : 0;
/** In the sample one of them is the leader's. */
const FAULTS_MIN = IS_LONG ? 12 : 2;
const ANSWERED_PER_SECOND_MIN = 50;

/** Faults and requests follow from it; when they meet does not. */
const SEED = Number(process.env["QUORATE_HISTORY_SEED"] ?? randomInt(2 ** 32));

const MEMBERS = 3;
const FLAGS = ["--heartbeat-interval=50", "--election-timeout=500"];
const CLIENTS = 10;
/** So many ask one member each, whatever becomes of it. */
const LOYAL = 6;

const prng = new Prng(SEED);
const deck = new FaultDeck(prng, NO_NETWORKS === null);
const WITHOUT_CUTS = NO_NETWORKS === null ? "" : `, nobody cut off: ${NO_NETWORKS}`;

let cluster: RealCluster | null = null;
let network: CuttableNetwork | null = null;
const clients: HistoricClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.etcd.close();
  await cluster?.close();
  network?.close();
  [cluster, network] = [null, null];
});

async function startCluster(): Promise<RealCluster> {
  if (NO_NETWORKS !== null) return RealCluster.start(MEMBERS, { flags: FLAGS });
  network = new CuttableNetwork(MEMBERS);
  return RealCluster.start(MEMBERS, { flags: FLAGS, sites: network.sites });
}

function openClients(endpoints: readonly string[], history: KeyHistory): void {
  for (let i = 0; i < CLIENTS; i++) {
    const first = i % endpoints.length;
    const order = [...endpoints.slice(first), ...endpoints.slice(0, first)];
    const asked = i < LOYAL ? order.slice(0, 1) : order;
    clients.push(new HistoricClient(`c${i}`, asked, history, prng.fork()));
  }
}

/** Lets faults befall while all clients are at work, and returns them, with how often the leader changed. */
async function workUnderFaults(
  on: RealCluster,
  workload: Workload,
): Promise<{ readonly faults: readonly string[]; readonly leaderChanges: number }> {
  const until = performance.now() + FAULTS_LAST_MS;
  let isOver = false;
  const working = clients.map((client) => client.work(workload, () => isOver));
  const faults: string[] = [];
  const leaders: number[] = [];
  while (faults.length < FAULTS_MIN || performance.now() < until) {
    const fault = deck.deal();
    leaders.push(await befall({ cluster: on, network }, fault, prng));
    faults.push(wordFault(fault));
  }
  leaders.push(await on.leader());
  isOver = true;
  await Promise.all(working);
  const leaderChanges = leaders.filter((leader, i) => i > 0 && leader !== leaders[i - 1]).length;
  return { faults, leaderChanges };
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
}

describe(`${CLIENTS} clients under faults, seed ${SEED}${WITHOUT_CUTS}`, () => {
  test.each(WORKLOADS)(
    "a history of the $name workload is linearizable",
    async (workload) => {
      cluster = await startCluster();
      const { endpoints } = cluster;
      const history = new KeyHistory(() => performance.now());
      openClients(endpoints, history);
      const startedAt = performance.now();
      const { faults, leaderChanges } = await workUnderFaults(cluster, workload);
      const seconds = (performance.now() - startedAt) / 1000;
      await cluster.ready();
      await Promise.all(clients.map((client) => client.readAll()));
      const { operations } = history;
      const past =
        workload.store === null ? [] : await readPast(endpoints, workload.store, operations);

      const { text, millis } = judge(workload.model, [...operations, ...past]);
      const unknown = operations.filter(({ answer }) => answer === null).length;
      const answered = operations.length - unknown;
      const failed = clients.reduce((sum, client) => sum + client.failed, 0);
      console.log(
        `${workload.name}: in ${seconds.toFixed(0)} s ${answered} answers and ${failed} failures, ` +
          `${unknown} of unknown outcome; changes of the leader: ${leaderChanges}; ` +
          `faults: ${counted(faults)}; judged in ${millis} ms, with ${past.length} reads of the past`,
      );
      expect(text).toBe("linearizable");
      expect(answered).toBeGreaterThan(seconds * ANSWERED_PER_SECOND_MIN);
      if (!IS_LONG) return;
      expect(unknown).toBeGreaterThan(0);
      expect(leaderChanges).toBeGreaterThan(0);
      expect(deck.all.map(wordFault).filter((name) => !faults.includes(name))).toEqual([]);
    },
    5 * MINUTE,
  );
});
