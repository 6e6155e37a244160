import { connect, prefix, type EtcdClient } from "@quorate/kv";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildGoRecipes, hasGoClient } from "./etcd-libraries/go-client.ts";
import { LineProcess } from "./etcd-libraries/line-process.ts";
import { watchedMember } from "./etcd-libraries/watchers.ts";
import { whileKilled } from "./etcd-libraries/while-killed.ts";
import { RealCluster } from "./real-cluster.ts";
import { until } from "./until.ts";
import { Writer } from "./writer.ts";

const MINUTE = 60_000;
/** Of clients that are killed. */
const TTL = "3";

let program: string;
let cluster: RealCluster;
let client: EtcdClient;
const running: LineProcess[] = [];

beforeAll(async () => {
  if (!hasGoClient) return;
  program = buildGoRecipes();
  cluster = await RealCluster.start(3);
  client = connect({ endpoints: cluster.endpoints, timeoutMillis: 10_000 });
}, 5 * MINUTE);
afterEach(async () => {
  await Promise.all(running.splice(0).map((recipe) => recipe.kill()));
});
afterAll(async () => {
  client?.close();
  await cluster?.close();
});

function start(recipe: string, ...args: readonly string[]): LineProcess {
  return startAt(cluster.endpoints, recipe, ...args);
}

function startAt(
  endpoints: readonly string[],
  recipe: string,
  ...args: readonly string[]
): LineProcess {
  const started = new LineProcess([program, endpoints.join(","), recipe, ...args]);
  running.push(started);
  return started;
}

/** Waits until so many have queued up, or enrolled, under a name. */
function queued(name: string, count: number): Promise<true> {
  return until(`${count} have queued up for ${name}`, async () =>
    (await client.count(prefix(`${name}/`))) === count ? true : null,
  );
}

/** Starts one that queues up behind so many others. */
async function startBehind(
  others: number,
  endpoints: readonly string[],
  recipe: string,
  name: string,
  ...args: readonly string[]
): Promise<LineProcess> {
  const started = startAt(endpoints, recipe, name, TTL, ...args);
  expect(await started.next()).toMatch(/^lease [0-9a-f]+$/);
  await queued(name, others + 1);
  return started;
}

const skipped = hasGoClient
  ? ""
  : ": skipped, it is not installed (packages golang-go and golang-etcd-server-dev)";

describe.skipIf(!hasGoClient)(`etcd's Go client${skipped}`, () => {
  test.each([
    [
      "txn",
      [
        "txn/a=3 txn/b=0 txn/c=2 | then txn/c=2 txn/b=0 | of 3, more true",
        "txn/a=3 txn/c=2 txn/b=0 | then txn/b=0 txn/a=3 | of 3, more true",
        "txn/a=3 txn/b=0 txn/c=2 | then txn/c=2 txn/b=0 | of 3, more true",
        "txn/a=3 txn/c=2 txn/b=0 | then txn/b=0 txn/c=2 | of 3, more true",
        "txn/b=0 txn/c=2 txn/a=3 | then txn/a=3 txn/c=2 | of 3, more true",
        "put over 3",
        "nested true read txn/a=4 |",
        "deleted 2: txn/b=0 txn/c=2 |",
        "left txn/a= txn/inner= |",
        "before txn/a=3 txn/b=0 txn/c=2 |",
        "counted 2",
      ],
    ],
    [
      "errors",
      [
        "ErrEmptyKey true",
        "ErrKeyNotFound true",
        "ErrDuplicateKey true",
        "ErrTooManyOps true",
        "ErrRequestTooLarge true",
        "ErrCompacted true",
        "ErrCompacted of a compaction true",
        "ErrCompacted of a watch true",
        "ErrFutureRev true",
        "ErrLeaseNotFound of a put true",
        "ErrLeaseNotFound of a revocation true",
        "ErrLeaseNotFound of a renewal true",
        "ErrLeaseTTLTooLarge true",
      ],
    ],
    [
      "namespace",
      ["inside a=1 | outside namespace/a=1 namespaceless=1 | held [a]", "PUT a", "DELETE a"],
    ],
    [
      "leasing",
      [
        "leased=mine | cached leased=mine |",
        "after another's write leased=theirs |",
        "after another's transaction true leased=swapped |",
        "after another's deletion |",
      ],
    ],
    [
      "mirror",
      [
        "1000 keys from mirror/0000",
        "1000 keys from mirror/1000",
        "500 keys from mirror/2000",
        "DELETE mirror/2499",
      ],
    ],
    ["queues", ["1 2 3", "first second third last"]],
  ])(
    "%s",
    async (recipe, lines) => {
      expect(await start(recipe).rest()).toEqual(lines);
    },
    MINUTE,
  );

  test(
    "naming",
    async () => {
      // It lists what one member knows by itself.
      expect(await startAt([cluster.endpoint(0)], "naming").rest()).toEqual([
        "service/a at host-a:1, service/b at host-b:1",
        "service/a at host-a:1",
        "0 service/a host-a:1",
        "0 service/b host-b:1",
        "1 service/b ",
      ]);
    },
    MINUTE,
  );

  test.each([
    ["barriers", ["passed", "entered", "entered", "entered", "left", "left", "left"]],
    ["rwmutex", ["written"]],
  ])(
    "%s",
    async (recipe, lines) => {
      const waiting = start(recipe);
      await watchedMember(cluster);
      waiting.say("go on");
      expect(await waiting.rest()).toEqual(lines);
    },
    MINUTE,
  );

  test(
    "STM counters of three clients, each with another isolation, add up",
    async () => {
      const counting = ["serializable-snapshot", "serializable", "repeatable-reads"].map(
        (isolation) => start("count", "counter", "40", isolation),
      );
      for (const counter of counting) expect(await counter.rest()).toEqual(["counted"]);
      expect((await client.get("counter"))?.text).toBe("120");
    },
    MINUTE,
  );

  test(
    "a session at a follower outlives the leader",
    async () => {
      const leader = await cluster.leader();
      const follower = cluster.endpoint((leader + 1) % cluster.size);
      const session = startAt([follower], "session", TTL);
      const renewed = async (times: number): Promise<void> => {
        for (let i = 0; i < times; i++) expect(await session.next()).toBe(`alive for ${TTL}`);
      };
      expect(await session.next()).toMatch(/^lease /);
      await renewed(1);
      // Three renewals are as long as the lease lasts without any.
      await whileKilled(cluster, leader, () => renewed(4));
    },
    MINUTE,
  );

  test(
    "a mutex goes to who asked next, also when its holder died and its lease has ended",
    async () => {
      const first = await startBehind(0, cluster.endpoints, "mutex", "lock");
      expect(await first.next()).toBe("locked true");
      const second = await startBehind(1, cluster.endpoints, "mutex", "lock");
      const third = await startBehind(2, cluster.endpoints, "mutex", "lock");
      await first.kill();
      const killedAt = performance.now();
      expect(await second.next()).toBe("locked true");
      // It is renewed every second or so.
      expect(performance.now() - killedAt).toBeGreaterThan(1000);
      await whileKilled(cluster, await cluster.leader(), async () => undefined);
      second.say("unlock");
      expect(await second.rest()).toEqual(["unlocked"]);
      expect(await third.next()).toBe("locked true");
      third.say("unlock");
      expect(await third.rest()).toEqual(["unlocked"]);
      expect(await client.count(prefix("lock/"))).toBe(0);
    },
    MINUTE,
  );

  test(
    "an election's observer sees every leader, also after the member it asks has died",
    async () => {
      // Candidates ask another member: it is the observer who watches at one of these.
      const observed = [0, 1];
      const elsewhere = [cluster.endpoint(2)];
      const observer = startAt(
        observed.map((index) => cluster.endpoint(index)),
        "observe",
        "vote",
      );
      expect(await observer.next()).toBe("election: no leader");
      const first = await startBehind(0, elsewhere, "candidate", "vote", "a");
      expect(await first.next()).toBe("elected");
      expect(await observer.next()).toBe("a");
      first.say("proclaim a2");
      expect(await first.next()).toBe("proclaimed a2");
      expect(await observer.next()).toBe("a2");
      const second = await startBehind(1, elsewhere, "candidate", "vote", "b");
      await first.kill();
      expect(await second.next()).toBe("elected");
      expect(await observer.next()).toBe("b");
      const third = await startBehind(1, elsewhere, "candidate", "vote", "c");
      const watched = await watchedMember(cluster, observed);
      await whileKilled(cluster, watched, async () => {
        second.say("resign");
        expect(await second.rest()).toEqual(["resigned"]);
        expect(await third.next()).toBe("elected");
        expect(await observer.next()).toBe("c");
      });
      third.say("resign");
      expect(await third.rest()).toEqual(["resigned"]);
    },
    MINUTE,
  );

  test(
    "a watch goes on where it was when its member is killed",
    async () => {
      const watch = start("watch", "watched/");
      expect(await watch.next()).toBe("watching true");
      const { revision } = await client.range("watched/");
      const writer = new Writer(cluster.endpoints, "watched/");
      const watched = await watchedMember(cluster);
      let seen = 0;
      const more = async (changes: number): Promise<void> => {
        for (let i = 0; i < changes; i++) {
          expect(await watch.next()).toMatch(new RegExp(`^${revision + ++seen} PUT watched/`));
        }
      };
      await more(100);
      // What is written now is missed.
      cluster.signal(watched, "SIGSTOP");
      const goal = writer.acknowledged + 100;
      await until("100 more are written", () => (writer.acknowledged >= goal ? true : null));
      await whileKilled(cluster, watched, () => more(200));
      await writer.stop();
      const end = await client.put("watched/end", "");
      await more(end.revision - revision - seen);
    },
    MINUTE,
  );
});
