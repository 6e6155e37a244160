import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { LineProcess } from "./etcd-libraries/line-process.ts";
import type { RealEnsemble } from "./real-ensemble.ts";
import { until } from "./until.ts";
import { hasKazoo, startKazoo } from "./zookeeper-libraries/kazoo.ts";
import { serverAt } from "./zookeeper-libraries/server-at.ts";
import { startServers } from "./zookeeper-libraries/servers.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

const MINUTE = 60_000;
/** Of clients that are stopped or killed. */
const SESSION_SECONDS = "2";
const NO_AUTH = " NoAuthError";

let ensemble: RealEnsemble;
const running: LineProcess[] = [];

beforeAll(async () => {
  if (hasKazoo) ensemble = await startServers(3);
}, MINUTE);
afterEach(async () => {
  await Promise.all(running.splice(0).map((scenario) => scenario.kill()));
});
afterAll(() => ensemble?.close());

function start(scenario: string, ...args: readonly string[]): LineProcess {
  const started = startKazoo(ensemble.endpoints, scenario, ...args);
  running.push(started);
  return started;
}

const skipped = hasKazoo ? "" : ": skipped, it is not installed (package python3-kazoo)";

describe.skipIf(!hasKazoo)(`kazoo${skipped}`, () => {
  test.each([
    [
      "locks",
      [
        "counted 60 at most 1 inside",
        "first True",
        "second, at once False",
        "second, soon LockTimeout",
        "fourth CancelledError",
        "second True third waits True",
        "third, when the second has left True",
        "left ['c']",
      ],
    ],
    [
      "read_write_locks",
      [
        "readers True True",
        "writer, at once False",
        "writer waits True",
        "writer True late reader waits True",
        "late reader True",
      ],
    ],
    [
      "semaphores",
      [
        "first True second True",
        "holders ['a', 'b']",
        "third, at once False",
        "third, soon LockTimeout",
        "of three ValueError",
        "third, after a release True",
        "first, when the second has left True",
        "holders ['a', 'c']",
      ],
    ],
    [
      "elections",
      [
        "contenders ['a', 'b', 'c'] elected ['a']",
        "contenders ['b', 'c'] elected ['a', 'b']",
        "elected ['a', 'b']",
      ],
    ],
    [
      "leases",
      [
        "first True",
        "second False",
        "first again True",
        "second tomorrow True",
        "two of three [True, True, False]",
      ],
    ],
    [
      "barriers",
      [
        "passed, at once False",
        "removed True",
        "passed True removed again False",
        "without the last []",
        "entered 3 left 3",
      ],
    ],
    ["counters", ["counted 45", "from 1.5 to 3.75", "as Curator writes it 00000102"]],
    [
      "parties",
      [
        "Party ['a', 'b', 'c'] of 3",
        "left True again False",
        "then ['b', 'c']",
        "ShallowParty ['a', 'b', 'c'] of 3",
        "left True again False",
        "then ['b', 'c']",
        "without c 1",
        "without c 1",
      ],
    ],
    [
      "partitioner",
      [
        "of three [['0', '3', '6'], ['1', '4'], ['2', '5']]",
        "of two [['0', '2', '4', '6'], ['1', '3', '5']]",
      ],
    ],
    ["queue", ["of 4", "first second third", "late None"]],
    [
      "locking_queue",
      [
        "of 4",
        "first again first held True",
        "1 held True",
        "released True consumed without False",
        "consumed True",
        "first consumed True",
        "2",
        "2 consumed True",
        "3 consumed True",
        "left None of 0",
      ],
    ],
    [
      "data_watch",
      [
        "None None None",
        "b'1' 0 CREATED",
        "b'2' 1 CHANGED",
        "b'2' 2 CHANGED",
        "None None DELETED",
        "b'3' 0 CREATED",
      ],
    ],
    [
      "children_watch",
      ["[]", "['a']", "['a', 'b']", "['b']", "['b', 'c']", "['b', 'c', 'd']", "more False"],
    ],
    [
      "one_shot_watches",
      [
        "CREATED CONNECTED /once",
        "CHANGED CONNECTED /once",
        "",
        "",
        "CHILD CONNECTED /once",
        "DELETED CONNECTED /once/child",
        "CHANGED CONNECTED /once",
      ],
    ],
    [
      "tree_cache",
      [
        "['NODE_ADDED /tree', 'NODE_ADDED /tree/a', 'NODE_ADDED /tree/a/b'] INITIALIZED ",
        "NODE_UPDATED /tree/a/b",
        "NODE_ADDED /tree/c",
        "NODE_REMOVED /tree/a/b",
        "b'3' ['a', 'c'] []",
      ],
    ],
    [
      "nodes",
      [
        "/nodes/deep/one True",
        "created again NodeExistsError under none NoNodeError",
        "/nodes/two length 2 version 0 same zxid True",
        "version 1 length 3 later True",
        "stale BadVersionError BadVersionError",
        "at another server b'333' 1 0 0 0",
        "['deep', 'two'] children 2 cversion 2",
        "missing None NoNodeError NoNodeError NoNodeError NoNodeError",
        "not empty NotEmptyError",
        "after all None",
        "empty b'' unicode /ä/中",
        "large True",
        "synced /large",
        "inside /child ['child'] b'c'",
        "outside b'c'",
      ],
    ],
    [
      "sequences",
      [
        "/numbered/n-0000000000 /numbered/n-0000000001",
        "/numbered/m-0000000003 /numbered/0000000004",
        "/numbered/s-0000000005 1",
      ],
    ],
    [
      "ephemerals",
      ["under it NoChildrenForEphemeralsError", "owner True", "['DELETED'] None True"],
    ],
    [
      "transactions",
      [
        "True ['/txn/a', '/txn/a/b', '/txn/s-0000000002'] 1 True /txn/there",
        "at another server ['a', 's-0000000002', 'there'] of one zxid True",
        "['RolledBackError', 'NoNodeError', 'RuntimeInconsistency']",
        "['RolledBackError', 'BadVersionError']",
        "nothing of it None b''",
        "with True empty []",
      ],
    ],
    [
      "access",
      [
        `stranger${NO_AUTH.repeat(7)}`,
        `reader done done${NO_AUTH.repeat(3)} done${NO_AUTH}`,
        `owner${" done".repeat(7)}`,
        "as made True version 1 1",
        "to a reader owner:x reader:x",
        "stale BadVersionError",
        `stranger with the word${" done".repeat(7)}`,
        "the creator's digest True",
        "the creator's, without a name InvalidACLError",
        "unknown scheme InvalidACLError",
        "shown b'to all' NoAuthError",
        "by address done NoAuthError",
        "['RolledBackError', 'NoAuthError']",
        "unknown scheme of a name, refused",
      ],
    ],
    ["server", ["imok True"]],
  ])(
    "%s",
    async (scenario, lines) => {
      expect(await start(scenario).rest()).toEqual(lines);
    },
    MINUTE,
  );

  test(
    "a session goes on at another server when its own is killed, with all it holds",
    async () => {
      const holder = start("moves");
      for (let moves = 0; moves < ensemble.sids.length; moves++) {
        const at = serverAt(ensemble, await holder.next());
        await ensemble.kill(at);
        holder.say("moved");
        expect(await holder.next()).toBe("SUSPENDED CONNECTED");
        expect(await holder.next()).toBe(
          "session kept True ephemeral True lock ['holder', 'other'] other waits True semaphore True party ['holder']",
        );
        ensemble.launch(at);
        await ensemble.ready();
      }
      await holder.next();
      holder.say("release");
      expect(await holder.rest()).toEqual(["other True"]);
    },
    MINUTE,
  );

  test(
    "who was stopped for longer than the session lasts hears that all is lost",
    async () => {
      const away = start("expires", SESSION_SECONDS);
      expect(await away.next()).toBe("holds");
      away.signal("SIGSTOP");
      await gone("/away");
      away.signal("SIGCONT");
      away.say("look");
      expect(await away.rest()).toEqual([
        "SUSPENDED LOST CONNECTED",
        "another session True ephemeral None lock []",
      ]);
    },
    MINUTE,
  );

  test(
    "a killed client's lock goes to the next when its session is over",
    async () => {
      const first = start("waits", "first", SESSION_SECONDS);
      expect(await first.next()).toBe("waits");
      expect(await first.next()).toBe("locked");
      const second = start("waits", "second", SESSION_SECONDS);
      expect(await second.next()).toBe("waits");
      await first.kill();
      const killedAt = performance.now();
      expect(await second.next()).toBe("locked");
      // It said every half a second or so that it was there.
      expect(performance.now() - killedAt).toBeGreaterThan(1000);
      await gone("/waits-first");
    },
    MINUTE,
  );
});

/** Waits until every server knows that the node is gone. */
async function gone(path: string): Promise<void> {
  for (const endpoint of ensemble.endpoints) {
    const session = await ZooKeeperSession.open(endpoint, { answerMs: 10_000 });
    await until(`${path} is gone`, async () =>
      (await session.getData(path)) === null ? true : null,
    );
    await session.close();
  }
}
