import { existsSync, readFileSync } from "node:fs";
import { connect } from "@quorate/kv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { until } from "./until.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const MINUTE = 60_000;
const ANSWER_MS = 10_000;
const SOCKETS = "/proc/net/tcp";
/** As that file says it. */
const ESTABLISHED = "01";

/** Three processes, each a member of the cluster and a server of the ensemble. */
let cluster: RealCluster;
let ensemble: RealEnsemble;

function launch(index: number): void {
  cluster.launch(index, `--zookeeper-config=${ensemble.zooCfg(index + 1)}`);
}

async function ready(): Promise<void> {
  await cluster.ready();
  for (const sid of ensemble.sids) {
    await ensemble.until(`server ${sid} serves`, () => ensemble.status(sid));
  }
}

beforeAll(async () => {
  cluster = await RealCluster.prepare(3);
  ensemble = await RealEnsemble.prepare(3);
  for (let index = 0; index < cluster.size; index++) launch(index);
  await ready();
}, MINUTE);
afterAll(async () => {
  await cluster.close();
  await ensemble.close();
});

async function expectEtcdWorks(key: string): Promise<void> {
  const [first = "", ...others] = cluster.endpoints;
  const writer = connect({ endpoints: [first], timeoutMillis: ANSWER_MS });
  await writer.put(key, "of etcd");
  writer.close();
  for (const endpoint of others) {
    const reader = connect({ endpoints: [endpoint], timeoutMillis: ANSWER_MS });
    const kv = await reader.get(key);
    reader.close();
    expect(kv?.text).toBe("of etcd");
  }
}

async function expectZooKeeperWorks(path: string): Promise<void> {
  const [first, ...others] = ensemble.endpoints.map((endpoint) =>
    ZooKeeperSession.open(endpoint, { answerMs: ANSWER_MS }),
  );
  const writer = await first;
  expect((await writer?.create(path, "of ZooKeeper"))?.error).toBe(0);
  await writer?.close();
  for (const opened of others) {
    const reader = await opened;
    await reader.sync();
    expect(await reader.getData(path)).toBe("of ZooKeeper");
    await reader.close();
  }
}

test(
  "both groups serve, each with a leader of its own, whichever process dies",
  async () => {
    await expectEtcdWorks("/a");
    await expectZooKeeperWorks("/a");
    // Neither knows what the other has.
    const client = connect({ endpoints: cluster.endpoints, timeoutMillis: ANSWER_MS });
    expect(await client.get("/zookeeper")).toBe(null);
    client.close();

    const leaders = [await cluster.leader(), (await ensemble.leader()) - 1];
    for (const [round, index] of [...new Set(leaders)].entries()) {
      await cluster.end(index, "SIGKILL");
      expect(await cluster.leader()).not.toBe(index);
      expect(await ensemble.leader()).not.toBe(index + 1);
      launch(index);
      await ready();
      await expectEtcdWorks(`/after-${round}`);
      await expectZooKeeperWorks(`/after-${round}`);
    }
    expect(new Set(await cluster.hashes()).size).toBe(1);
    expect(new Set(await ensemble.digests()).size).toBe(1);
  },
  2 * MINUTE,
);

test.skipIf(!existsSync(SOCKETS))(
  "two processes hold one connection between them for both groups",
  async () => {
    const ports = new Set(
      [0, 1, 2].flatMap((index) => [cluster.peerPort(index), ensemble.quorumPort(index + 1)]),
    );
    const pairs = 3;
    await until("no more connections than pairs of processes", () =>
      establishedAt(ports) === pairs ? pairs : null,
    );
  },
  MINUTE,
);

/** Connections that were accepted on one of the ports. */
function establishedAt(ports: ReadonlySet<number>): number {
  const rows = readFileSync(SOCKETS, "utf8").trim().split("\n").slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local = "", , state]) => state === ESTABLISHED && ports.has(portOf(local))).length;
}

function portOf(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}
