import { randomInt } from "node:crypto";
import { Prng } from "@quorate/core";
import { lockModel } from "@quorate/core/testing/linearizability";
import type { EtcdClient } from "@quorate/kv";
import { KeyHistory, LockHistory } from "@quorate/kv/testing";
import { afterEach, describe, expect, test } from "vitest";
import { CuttableNetwork, NO_NETWORKS } from "./cuttable-network.ts";
import { befall, FaultDeck, wordFault } from "./history/faults.ts";
import { HistoricClient, type Identity } from "./history/historic-client.ts";
import { judge } from "./history/judge.ts";
import { LockTaker } from "./history/lock-taker.ts";
import { readPast } from "./history/past-reads.ts";
import { WORKLOADS } from "./history/workloads.ts";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20, for a minute of each workload; a sample runs with every test run. */
const IS_LONG = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2) >= 20;
const MINUTE = 60_000;
const FAULTS_LAST_MS = IS_LONG ? MINUTE : 0;
/** In the sample one of them is the leader's. */
const FAULTS_MIN = IS_LONG ? 12 : 2;
const ANSWERED_PER_SECOND_MIN = 50;
const LOCKED_PER_SECOND_MIN = 0.3;

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

/** Somebody who is at work while faults befall the cluster. */
interface Worker {
  readonly etcd: EtcdClient;
  readonly failed: number;
  work(over: AbortSignal): Promise<void>;
}

let cluster: RealCluster | null = null;
let network: CuttableNetwork | null = null;
const workers: Worker[] = [];
afterEach(async () => {
  for (const { etcd } of workers.splice(0)) etcd.close();
  await cluster?.close();
  network?.close();
  [cluster, network] = [null, null];
});

async function startCluster(): Promise<RealCluster> {
  if (NO_NETWORKS !== null) return RealCluster.start(MEMBERS, { flags: FLAGS });
  network = new CuttableNetwork(MEMBERS);
  return RealCluster.start(MEMBERS, { flags: FLAGS, sites: network.sites });
}

function employ<W extends Worker>(
  endpoints: readonly string[],
  make: (who: Identity) => W,
): readonly W[] {
  const made = Array.from({ length: CLIENTS }, (_, i) => {
    const first = i % endpoints.length;
    const order = [...endpoints.slice(first), ...endpoints.slice(0, first)];
    const asked = i < LOYAL ? order.slice(0, 1) : order;
    return make({ name: `c${i}`, endpoints: asked, prng: prng.fork() });
  });
  workers.push(...made);
  return made;
}

/** Lets faults befall while all are at work, and tells how it went, once all is well again. */
async function workUnderFaults(
  on: RealCluster,
): Promise<{ readonly seconds: number; readonly text: string }> {
  const startedAt = performance.now();
  const over = new AbortController();
  const working = workers.map((worker) => worker.work(over.signal));
  const faults: string[] = [];
  const leaders: number[] = [];
  while (faults.length < FAULTS_MIN || performance.now() - startedAt < FAULTS_LAST_MS) {
    const fault = deck.deal();
    const members = [...Array(MEMBERS).keys()];
    leaders.push(await befall({ group: on, members, network }, fault, prng));
    faults.push(wordFault(fault));
  }
  leaders.push(await on.leader());
  over.abort();
  await Promise.all(working);
  const seconds = (performance.now() - startedAt) / 1000;
  await on.ready();
  const changes = leaders.filter((leader, i) => i > 0 && leader !== leaders[i - 1]).length;
  if (IS_LONG) {
    expect(changes).toBeGreaterThan(0);
    expect(deck.all.map(wordFault).filter((name) => !faults.includes(name))).toEqual([]);
  }
  const failed = workers.reduce((sum, worker) => sum + worker.failed, 0);
  const text = `in ${seconds.toFixed(0)} s ${failed} failures, ${changes} changes of the leader, ${counted(faults)}`;
  return { seconds, text };
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
      const { endpoints } = (cluster = await startCluster());
      const history = new KeyHistory(() => performance.now());
      const clients = employ(endpoints, (who) => new HistoricClient(who, workload, history));
      const went = await workUnderFaults(cluster);
      await Promise.all(clients.map((client) => client.readAll()));
      const { operations } = history;
      const { store } = workload;
      const past = store === null ? [] : await readPast(endpoints, store, operations);

      const { text, millis } = judge(workload.model, [...operations, ...past]);
      const unknown = operations.filter(({ answer }) => answer === null).length;
      const answered = operations.length - unknown;
      console.log(
        `${workload.name}: ${answered} answers, ${unknown} requests of unknown outcome; ${went.text}; ` +
          `judged in ${millis} ms, with ${past.length} reads of the past`,
      );
      expect(text).toBe("linearizable");
      expect(answered).toBeGreaterThan(went.seconds * ANSWERED_PER_SECOND_MIN);
      if (IS_LONG) expect(unknown).toBeGreaterThan(0);
    },
    5 * MINUTE,
  );

  test(
    "a history of locks is linearizable",
    async () => {
      const { endpoints } = (cluster = await startCluster());
      const history = new LockHistory(() => performance.now());
      const certainUntil = new Map<bigint, number>();
      employ(endpoints, (who) => new LockTaker(who, history, certainUntil));
      const went = await workUnderFaults(cluster);
      const operations = history.operations((lease) => certainUntil.get(lease) ?? 0);
      const { text, millis } = judge(lockModel, operations);
      const locked = operations.filter(({ input }) => input.kind === "acquire").length;
      const ended = operations.filter(({ input }) => input.kind === "expire").length;
      console.log(
        `locks: taken ${locked} times, perhaps lost ${ended} times; ${went.text}; judged in ${millis} ms`,
      );
      expect(text).toBe("linearizable");
      expect(locked).toBeGreaterThan(went.seconds * LOCKED_PER_SECOND_MIN);
    },
    5 * MINUTE,
  );
});
