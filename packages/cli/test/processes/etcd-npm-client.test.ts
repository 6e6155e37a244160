import { on, once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  Etcd3,
  EtcdLeaseInvalidError,
  EtcdLockFailedError,
  GRPCInvalidArgumentError,
  GRPCOutOfRangeError,
  type IKeyValue,
  type ISTMOptions,
  type Namespace,
  type SoftwareTransaction,
} from "etcd3";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { LineProcess } from "./etcd-libraries/line-process.ts";
import { watchedMember } from "./etcd-libraries/watchers.ts";
import { whileKilled } from "./etcd-libraries/while-killed.ts";
import { RealCluster } from "./real-cluster.ts";
import { until } from "./until.ts";
import { Writer } from "./writer.ts";

const MINUTE = 60_000;
/** Of what ends by itself. */
const TTL_SECONDS = 3;
const PROGRESS = "--experimental-watch-progress-notify-interval=200ms";
const LOCK_HOLDER = fileURLToPath(new URL("etcd-libraries/lock-holder.ts", import.meta.url));

let cluster: RealCluster;
const clients: Etcd3[] = [];

beforeAll(async () => {
  cluster = await RealCluster.start(3, { flags: [PROGRESS] });
}, MINUTE);
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => cluster?.close());

/** A client of some of the members, or of all. */
function open(...members: readonly number[]): Etcd3 {
  const hosts = members.map((index) => cluster.endpoint(index));
  const client = new Etcd3({ hosts: hosts.length > 0 ? hosts : [...cluster.endpoints] });
  clients.push(client);
  return client;
}

function text({ key, value }: IKeyValue): string {
  return `${key.toString()}=${value.toString()}`;
}

test(
  "a namespace has its own keys",
  async () => {
    const client = open();
    const inside = client.namespace("names/");
    await client.put("namesless").value("outside");
    await inside.put("a").value(1);
    await inside.put("b").value('{"of":"b"}');
    await inside.namespace("deeper/").put("c").value("3");
    expect(await inside.get("a").number()).toBe(1);
    expect(await inside.get("b").json()).toEqual({ of: "b" });
    expect(await inside.get("c").exists()).toBe(false);
    expect(await inside.getAll().sort("Key", "Descend").limit(2).keys()).toEqual(["deeper/c", "b"]);
    expect(await inside.getAll().prefix("deeper/").strings()).toEqual({ "deeper/c": "3" });
    expect(await client.getAll().prefix("names").count()).toBe(4);
    expect((await inside.delete().all().getPrevious()).map(text)).toEqual([
      "names/a=1",
      'names/b={"of":"b"}',
      "names/deeper/c=3",
    ]);
    expect(await client.getAll().prefix("names").keys()).toEqual(["namesless"]);
  },
  MINUTE,
);

test(
  "a transaction compares, and does many things",
  async () => {
    const client = open();
    await client.put("txn/a").value("1");
    await client.put("txn/gone").value("2");
    const operations = [
      client.put("txn/a").value("new"),
      client.put("txn/b").value("more"),
      client.delete().key("txn/gone"),
      client.getAll().prefix("txn/").sort("Mod", "Ascend"),
    ];
    const commit = () =>
      client
        .if("txn/a", "Value", "==", "1")
        .and("txn/a", "Version", "<", 2)
        .and("txn/b", "Create", "==", 0)
        .and("txn/a", "Lease", "==", 0)
        .and("txn/a", "Mod", "!=", 0)
        .then(...operations)
        .else(client.get("txn/a"), client.getAll().prefix("txn/").limit(1))
        .commit();
    const done = await commit();
    expect(done.succeeded).toBe(true);
    expect(done.responses).toHaveLength(4);
    expect(done.responses[2]?.response_delete_range.deleted).toBe("1");
    expect(done.responses[3]?.response_range.kvs.map(text)).toEqual(["txn/a=new", "txn/b=more"]);
    const refused = await commit();
    expect(refused.succeeded).toBe(false);
    expect(
      refused.responses.map(({ response_range: { kvs, count } }) => [kvs.map(text), count]),
    ).toEqual([
      [["txn/a=new"], "1"],
      [["txn/a=new"], "2"],
    ]);
  },
  MINUTE,
);

test(
  "refusals are the errors that programs look for",
  async () => {
    const client = open();
    const { header } = await client.put("refused").value("1");
    await client.put("refused").value("2");
    await client.kv.compact({ revision: Number(header.revision) + 1 });
    const withoutLease = client.put("refused").value("").lease("7").exec();
    await expect(withoutLease).rejects.toThrow(EtcdLeaseInvalidError);
    const past = client.get("refused").revision(header.revision).exec();
    await expect(past).rejects.toThrow(GRPCOutOfRangeError);
    const nowhere = client.put("").value("").exec();
    await expect(nowhere).rejects.toThrow(GRPCInvalidArgumentError);
    const watcher = await client.watch().key("refused").startRevision(header.revision).create();
    const [error] = await once(watcher, "error");
    expect(String(error)).toContain("Watcher canceled");
  },
  MINUTE,
);

test(
  "many watchers of one stream are made at once, told apart and ended, while others are notified",
  async () => {
    const client = open();
    const names = Array.from({ length: 50 }, (_, i) => `many/${i}`);
    const told: string[] = [];
    const watchers = await Promise.all(names.map((name) => client.watch().key(name).create()));
    for (const [i, watcher] of watchers.entries()) {
      watcher.on("put", (kv) => told.push(`${i}: ${text(kv)}`));
    }
    const progress = async (): Promise<void> => {
      const { header } = await client.put("elsewhere").value("");
      await until(
        "those who hear of nothing are told how far they are",
        () =>
          watchers.every((watcher) => Number(watcher.lastRevision()) > Number(header.revision)) ||
          null,
      );
    };
    await progress();
    for (const watcher of watchers.splice(40)) await watcher.cancel();
    await Promise.all(names.map((name) => client.put(name).value(name)));
    await until("everybody has heard", () => (told.length === 40 ? told : null));
    expect(new Set(told)).toEqual(
      new Set(names.slice(0, 40).map((name, i) => `${i}: ${name}=${name}`)),
    );
    await progress();
    await Promise.all(watchers.map((watcher) => watcher.cancel()));
  },
  MINUTE,
);

test(
  "a watch goes on where it was when its member is killed",
  async () => {
    const client = open();
    const before = await client.put("watched/start").value("");
    const first = Number(before.header.revision) + 1;
    const watcher = await client.watch().prefix("watched/").withPreviousKV().create();
    const revisions: number[] = [];
    watcher.on("put", (kv) => revisions.push(Number(kv.mod_revision)));
    const writer = new Writer(cluster.endpoints, "watched/");
    const more = (): Promise<true> => {
      const goal = writer.acknowledged + 100;
      return until("100 more are written", () => (writer.acknowledged >= goal ? true : null));
    };
    await more();
    const watched = await watchedMember(cluster);
    // What is written now is missed.
    cluster.signal(watched, "SIGSTOP");
    await more();
    await whileKilled(cluster, watched, async () => void (await more()));
    await writer.stop();
    const last = Number((await client.put("watched/end").value("")).header.revision);
    await until("the last is seen", () => (revisions.includes(last) ? true : null));
    expect(revisions).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
    await watcher.cancel();
  },
  MINUTE,
);

test(
  "a lease at a follower outlives the leader, and its loss is told",
  async () => {
    const leader = await cluster.leader();
    const client = open((leader + 1) % cluster.size);
    const lease = client.lease(TTL_SECONDS);
    await lease.put("leased").value("alive");
    const lost = once(lease, "lost");
    const renewals = on(lease, "keepaliveSucceeded", { close: ["lost"] });
    await renewals.next();
    await whileKilled(cluster, leader, async () => {
      // More than it lasts without any.
      for (let i = 0; i < 4; i++) expect(await renewals.next()).toMatchObject({ done: false });
    });
    expect(await client.get("leased").string()).toBe("alive");
    await open().leaseClient.leaseRevoke({ ID: await lease.grant() });
    expect((await lost)[0]).toBeInstanceOf(EtcdLeaseInvalidError);
    expect(await client.get("leased").string()).toBe(null);
  },
  MINUTE,
);

test(
  "a lock is one client's, until it is released or its holder has died and its lease has ended",
  async () => {
    const client = open();
    const held = await client.lock("lock").acquire();
    await expect(client.lock("lock").acquire()).rejects.toThrow(EtcdLockFailedError);
    await held.release();
    const holder = new LineProcess([
      process.execPath,
      LOCK_HOLDER,
      cluster.endpoints.join(","),
      "lock",
      String(TTL_SECONDS),
    ]);
    expect(await holder.next()).toBe("locked");
    await holder.kill();
    const killedAt = performance.now();
    await until("the lock is free", () =>
      client
        .lock("lock")
        .do(() => true)
        .catch((thrown: unknown) => {
          if (thrown instanceof EtcdLockFailedError) return null;
          throw thrown;
        }),
    );
    // It is renewed every second.
    expect(performance.now() - killedAt).toBeGreaterThan(1000);
  },
  MINUTE,
);

test(
  "an election's observer sees every leader, also after the member it asks has died",
  async () => {
    // Candidates ask another member: it is the observer who watches at one of these.
    const observed = [0, 1];
    const candidate = (value: string) => open(2).election("vote", 10).campaign(value);
    const a = await candidate("a").wait();
    const observer = await open(...observed)
      .election("vote")
      .observe();
    expect(observer.leader()).toBe("a");
    const changes = on(observer, "change");
    const nextLeader = async (): Promise<unknown> => (await changes.next()).value?.[0];
    await a.proclaim("a2");
    expect(await nextLeader()).toBe("a2");
    const b = candidate("b");
    await once(b, "_isWaiting");
    const c = candidate("c");
    await once(c, "_isWaiting");
    const bLeads = b.wait();
    const cLeads = c.wait();
    await a.resign();
    await bLeads;
    expect(await nextLeader()).toBe("b");
    const watched = await watchedMember(cluster, observed);
    await whileKilled(cluster, watched, async () => {
      await b.resign();
      await cLeads;
      expect(await nextLeader()).toBe("c");
    });
    expect(await open().election("vote").leader()).toBe("c");
    await observer.cancel();
    await c.resign();
  },
  MINUTE,
);

/** The library's own default never succeeds in writing two keys of different ages. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is not there when it runs
const SERIALIZABLE = 1 as ISTMOptions["isolation"];

/** A software transaction that does not give up. */
function retrying(client: Namespace): SoftwareTransaction {
  return client.stm({ retries: 1000, isolation: SERIALIZABLE });
}

test(
  "software transactions of many clients add up",
  async () => {
    const pinned = Array.from({ length: 6 }, (_, i) => open(i % cluster.size).namespace("stm/"));
    const times = 20;
    await Promise.all(
      pinned.map(async (client, i) => {
        for (let n = 0; n < times; n++) {
          await retrying(client).transact(async (tx) => {
            await tx.put("count").value(((await tx.get("count").number()) ?? 0) + 1);
          });
          const [from, to] = [`account/${i % 3}`, `account/${(i + 1 + (n % 2)) % 3}`];
          await retrying(client).transact(async (tx) => {
            const [left, there] = [await tx.get(from).number(), await tx.get(to).number()];
            await tx.put(from).value((left ?? 0) - n);
            await tx.put(to).value((there ?? 0) + n);
          });
        }
      }),
    );
    const inside = open().namespace("stm/");
    expect(await inside.get("count").number()).toBe(pinned.length * times);
    const accounts = Object.values(await inside.getAll().prefix("account/").numbers());
    expect(accounts).toHaveLength(3);
    expect(accounts.reduce((sum, account) => sum + account, 0)).toBe(0);
  },
  MINUTE,
);
