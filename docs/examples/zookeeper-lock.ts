/**
 * What a job does that must not run twice at a time, on many machines: it takes a lock of ZooKeeper's
 * clients, and hands its fencing token on to what the lock protects. Who waits is served in turn, and
 * woken by nobody but the one before; the nodes are named as kazoo names those of its own lock.
 *
 * Here it runs on an ensemble in this process; with ZOOKEEPER_CONNECT on any other, of Quorate or of
 * ZooKeeper.
 */
import { startZooKeeperEnsemble } from "@quorate/kv";
import { randomUUID } from "node:crypto";
import { CreateMode, Exception, type Client, type Stat } from "node-zookeeper-client";
import { asked, closed, connected } from "./zookeeper-promises.ts";

const servers = process.env["ZOOKEEPER_CONNECT"];
const ensemble = servers === undefined ? await startZooKeeperEnsemble() : null;
const connect = (): Promise<Client> =>
  connected(servers ?? ensemble?.connectString ?? "", { retries: 3 });
const [one, two, three] = await Promise.all([connect(), connect(), connect()]);

const first = await queueUp(one, "/locks/report");
await first.turn;
const second = await queueUp(two, "/locks/report");
const third = await queueUp(three, "/locks/report");
console.log("first writes:", await store(one, first, "draft"));
await first.leave();

await second.turn;
console.log("second's token is greater:", second.token > first.token);
console.log("second writes:", await store(two, second, "final"));

// A process that was stopped for longer than its session does not know that it lost the lock.
console.log("first writes again:", await store(one, first, "stale"));
console.log("the report is", await text(two, "/report"));

// The lock of a process that ends is free at once: its node ends with its session.
await closed(two);
await third.turn;
console.log("third's token is greater:", third.token > second.token);
await third.leave();
await Promise.all([closed(one), closed(three)]);
await ensemble?.close();

/** A place in the queue for a lock. */
interface Place {
  /** Greater than that of everybody who came before: what the lock protects refuses all smaller ones. */
  readonly token: bigint;
  /** Resolves when the lock is had: all who came before have left, or their sessions have ended. */
  readonly turn: Promise<void>;
  /** Gives the lock up, or the wait for it. */
  leave(): Promise<unknown>;
}

async function queueUp(client: Client, path: string): Promise<Place> {
  await asked<string>((answer) => client.mkdirp(path, answer));
  const prefix = `${randomUUID().replaceAll("-", "")}__lock__`;
  const mode = CreateMode.EPHEMERAL_SEQUENTIAL;
  await asked<string>((answer) =>
    client.create(`${path}/${prefix}`, Buffer.from(""), mode, answer),
  );
  // When a connection breaks, the client asks again and cannot know whether it was heard the first time:
  // only the name tells which places in the queue are its own. The first counts.
  const queue = await queueAt(client, path);
  const [own = "", ...others] = queue.filter((name) => name.startsWith(prefix));
  for (const other of others) await remove(client, `${path}/${other}`);
  const { czxid } = await asked<Stat>((answer) => client.exists(`${path}/${own}`, answer));
  return {
    token: czxid.readBigInt64BE(),
    turn: turnOf(client, path, own),
    leave: () => remove(client, `${path}/${own}`),
  };
}

async function turnOf(client: Client, path: string, own: string): Promise<void> {
  for (;;) {
    const queue = await queueAt(client, path);
    const before = queue[queue.indexOf(own) - 1];
    if (before === undefined) return;
    // Only the one before is watched: when somebody leaves, one is woken and not all.
    await changed(client, `${path}/${before}`);
  }
}

/** Who waits for the lock or has it, in the order in which they came. */
async function queueAt(client: Client, path: string): Promise<readonly string[]> {
  const names = await asked<string[]>((answer) => client.getChildren(path, answer));
  return names
    .filter((name) => name.includes("__lock__"))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

/** The number behind the name, which the server has counted. */
function numberOf(name: string): number {
  return Number(name.slice(-10));
}

/** Resolves when something happened to the node, or it is not there. */
function changed(client: Client, path: string): Promise<void> {
  return new Promise((done, fail) => {
    const heard = (): void => done();
    client.exists(path, heard, (error, stat: Stat | null) => {
      if (error !== null) fail(error);
      else if (stat === null) done();
    });
  });
}

/** Writes the report, unless somebody wrote it with a greater token; answers whether it did. */
async function store(client: Client, { token }: Place, report: string): Promise<boolean> {
  await asked<string>((answer) => client.mkdirp("/report/token", answer));
  const stat = await asked<Stat>((answer) => client.exists("/report/token", answer));
  const known = await text(client, "/report/token");
  if (BigInt(known) > token) return false;
  // Both or nothing, and nothing if another's token came between.
  const both = client
    .transaction()
    .setData("/report/token", Buffer.from(String(token)), stat.version)
    .setData("/report", Buffer.from(report));
  return asked<unknown>((answer) => both.commit(answer)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Exception && error.getCode() === Exception.BAD_VERSION) return false;
      throw error;
    },
  );
}

async function text(client: Client, path: string): Promise<string> {
  const data = await asked<Buffer | null>((answer) => client.getData(path, answer));
  return data?.toString() ?? "";
}

function remove(client: Client, path: string): Promise<unknown> {
  return asked<unknown>((answer) => client.remove(path, (error) => answer(error, null)));
}
// → first writes: true
// → second's token is greater: true
// → second writes: true
// → first writes again: false
// → the report is final
// → third's token is greater: true
