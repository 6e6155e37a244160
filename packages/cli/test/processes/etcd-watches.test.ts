import { allKeys, connect, type EtcdClient } from "@quorate/kv";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { RealCluster } from "./real-cluster.ts";
import { Writer } from "./writer.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
const WATCHERS = 100;
/** Watchers of one client share a stream; clients are spread over the members. */
const CLIENTS = 10;
const WRITES_PER_ROUND = 100;
const MANY = 10_000;

let cluster: RealCluster | null = null;
const clients: EtcdClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await cluster?.close();
  cluster = null;
});

function clientOf(watcher: number): EtcdClient {
  const client = clients[watcher % CLIENTS];
  if (client === undefined) throw new Error("no client was made");
  return client;
}

async function untilAcknowledged(writer: Writer, count: number): Promise<void> {
  const goal = writer.acknowledged + count;
  while (writer.acknowledged < goal) await pause(10);
}

/** Follows all revisions from one on; resolves at the last one, fails at the first that is not the next. */
async function follow(
  client: EtcdClient,
  from: number,
  isLast: (revision: number) => boolean,
): Promise<number> {
  let next = from;
  for await (const item of client.watch(allKeys, { fromRevision: from })) {
    if (item.kind === "progress") continue;
    if (item.kind === "gap") throw new Error(`a gap from ${item.from} to ${item.compacted}`);
    if (item.revision !== next) throw new Error(`${item.revision} came where ${next} was due`);
    if (item.changes.length !== 1) throw new Error(`${item.changes.length} changes of one put`);
    next++;
    if (isLast(item.revision)) break;
  }
  return next - 1;
}

test(
  `${WATCHERS} watchers from an old revision miss nothing while the leader is killed ${ROUNDS} times`,
  async () => {
    cluster = await RealCluster.start(3);
    const { endpoints } = cluster;
    const before = new Writer(endpoints, "before/");
    await untilAcknowledged(before, 500);
    await before.stop();
    const writers = ["a/", "b/", "c/"].map((prefix) => new Writer(endpoints, prefix));
    // Told when the writers have stopped: until then no revision is the last.
    let last = Infinity;
    for (let i = 0; i < CLIENTS; i++) {
      const at = i % endpoints.length;
      clients.push(connect({ endpoints: [...endpoints.slice(at), ...endpoints.slice(0, at)] }));
    }
    const followed = Array.from({ length: WATCHERS }, (_, i) =>
      follow(clientOf(i), 2, (revision) => revision >= last),
    );
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(writers.map((writer) => untilAcknowledged(writer, WRITES_PER_ROUND)));
      const leader = await cluster.leader();
      await cluster.end(leader, "SIGKILL");
      await Promise.all(writers.map((writer) => untilAcknowledged(writer, WRITES_PER_ROUND)));
      cluster.launch(leader);
      await cluster.ready();
    }
    await Promise.all(writers.map((writer) => writer.stop()));
    // The last is named before it is written: a watcher may be told before the writer has its answer.
    const { revision } = await clientOf(0).put("last but one", "");
    last = revision + 1;
    await clientOf(0).put("last", "");
    expect(new Set(await Promise.all(followed))).toEqual(new Set([last]));
  },
  ROUNDS * MINUTE,
);

test(
  "ten thousand watchers are told, of one key and of a key each",
  async () => {
    cluster = await RealCluster.start(3);
    const { endpoints } = cluster;
    for (let i = 0; i < CLIENTS; i++) {
      clients.push(connect({ endpoints: [endpoints[i % endpoints.length] ?? ""] }));
    }
    const told = async (watcher: number, key: string): Promise<() => Promise<string>> => {
      const watch = clientOf(watcher).watch(key);
      await watch.ready;
      return async () => {
        for await (const item of watch) {
          if (item.kind === "changes") return item.changes.map(({ kv }) => kv.keyText).join();
        }
        return "nothing";
      };
    };
    const numbers = [...Array(MANY).keys()];
    const ofOne = await Promise.all(numbers.map((i) => told(i, "one")));
    await clientOf(0).put("one", "");
    const heard = new Set(await Promise.all(ofOne.map((next) => next())));
    expect(heard).toEqual(new Set(["one"]));

    const ofEach = await Promise.all(numbers.map((i) => told(i, `each/${i}`)));
    await Promise.all(
      numbers.map((i) => clientOf(i).put(`each/${i}`, "", { timeoutMillis: MINUTE })),
    );
    const heardOfEach = await Promise.all(ofEach.map((next) => next()));
    expect(heardOfEach).toEqual(numbers.map((i) => `each/${i}`));
  },
  2 * MINUTE,
);
