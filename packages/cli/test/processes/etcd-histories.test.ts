import { randomInt } from "node:crypto";
import { Prng } from "@quorate/core";
import { KeyHistory } from "@quorate/kv/testing";
import { afterEach, describe, expect, test } from "vitest";
import { CuttableNetwork, NO_NETWORKS } from "./cuttable-network.ts";
import { befall, FaultDeck, wordFault, type Fault } from "./history/faults.ts";
import { HistoricClient } from "./history/historic-client.ts";
import { judge } from "./history/judge.ts";
import { WORKLOADS } from "./history/workloads.ts";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20, for a minute of each workload; a sample runs with every test run. */
const IS_LONG = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2) >= 20;
const MINUTE = 60_000;
const LASTS_MS = IS_LONG ? MINUTE : 0;
const FAULTS_MIN = IS_LONG ? 12 : 2;
const ANSWERED_PER_SECOND_MIN = 50;

/** Faults and requests follow from it; when they meet does not. */
const SEED = Number(process.env["QUORATE_HISTORY_SEED"] ?? randomInt(2 ** 32));

const CLIENTS = 10;
/** These ask one member each, whatever becomes of it. */
const LOYAL = 6;
const FLAGS = ["--heartbeat-interval=50", "--election-timeout=500"];

const prng = new Prng(SEED);
const deck = new FaultDeck(prng, NO_NETWORKS === null);
const withoutCuts = NO_NETWORKS === null ? "" : `, without partitions: ${NO_NETWORKS}`;

let cluster: RealCluster | null = null;
let network: CuttableNetwork | null = null;
const clients: HistoricClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.etcd.close();
  await cluster?.close();
  network?.close();
  [cluster, network] = [null, null];
});

function openClients(endpoints: readonly string[], history: KeyHistory): void {
  for (let i = 0; i < CLIENTS; i++) {
    const first = i % endpoints.length;
    const order = [...endpoints.slice(first), ...endpoints.slice(0, first)];
    const asked = i < LOYAL ? order.slice(0, 1) : order;
    clients.push(new HistoricClient(`c${i}`, asked, history, prng.fork()));
  }
}

describe(`${CLIENTS} clients under faults, seed ${SEED}${withoutCuts}`, () => {
  test.each(WORKLOADS)(
    "what they are told of a $name can be explained",
    async (workload) => {
      network = NO_NETWORKS === null ? new CuttableNetwork(3) : null;
      const sites = network === null ? {} : { sites: network.sites };
      cluster = await RealCluster.start(3, { flags: FLAGS, ...sites });
      const scene = { cluster, network };
      const history = new KeyHistory(() => performance.now());
      openClients(cluster.endpoints, history);
      const startedAt = performance.now();
      let isOver = false;
      const running = clients.map((client) => client.run(workload, () => isOver));
      const happened: Fault[] = [];
      while (happened.length < FAULTS_MIN || performance.now() - startedAt < LASTS_MS) {
        const fault = deck.deal();
        await befall(scene, fault, prng);
        happened.push(fault);
      }
      isOver = true;
      await Promise.all(running);
      const seconds = (performance.now() - startedAt) / 1000;
      await cluster.ready();
      await Promise.all(clients.map((client) => client.readAll()));

      const { operations } = history;
      const { text, millis } = judge(workload.model, operations);
      const unknown = operations.filter(({ answer }) => answer === null).length;
      const answered = operations.length - unknown;
      const failed = clients.reduce((sum, client) => sum + client.failed, 0);
      console.log(
        `${workload.name}: in ${Math.round(seconds)} s ${answered} answers, ${failed} failures, ` +
          `${unknown} of unknown outcome; judged in ${millis} ms; ` +
          `${happened.length} faults: ${happened.map(wordFault).join(", ")}`,
      );
      expect(text).toBe("linearizable");
      expect(answered).toBeGreaterThan(seconds * ANSWERED_PER_SECOND_MIN);
      if (!IS_LONG) return;
      expect(unknown).toBeGreaterThan(0);
      const names = new Set(happened.map(wordFault));
      expect(deck.all.map(wordFault).filter((name) => !names.has(name))).toEqual([]);
    },
    5 * MINUTE,
  );
});
