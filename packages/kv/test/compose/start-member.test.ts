import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMember } from "../../src/index.ts";
import { etcdctl, hasEtcdctl } from "./etcdctl.ts";
import { ThreeMembers } from "./three-members.ts";

const TIMEOUT_MILLIS = 60_000;

let cluster: ThreeMembers;

beforeAll(async () => {
  cluster = await ThreeMembers.start();
}, TIMEOUT_MILLIS);

afterAll(async () => {
  await cluster.close();
  expect(cluster.fatal).toEqual([]);
}, TIMEOUT_MILLIS);

test("all members agree on the cluster and on one leader", () => {
  const statuses = [0, 1, 2].map((which) => cluster.member(which).status());
  expect(new Set(statuses.map((status) => status.cluster)).size).toBe(1);
  expect(new Set(statuses.map((status) => status.id)).size).toBe(3);
  expect(statuses.filter((status) => status.role === "leader")).toHaveLength(1);
});

test("a directory in use, another member's and another cluster's are refused", async () => {
  const first = cluster.options(0);
  await expect(startMember(first)).rejects.toMatchObject({ code: "ERR_STORAGE_LOCKED" });
  await cluster.stopOne(0);
  const asOther = { ...first, name: "two" };
  await expect(startMember(asOther)).rejects.toMatchObject({ code: "ERR_WRONG_CLUSTER" });
  const elsewhere = { ...first, initialClusterToken: "other" };
  await expect(startMember(elsewhere)).rejects.toMatchObject({ code: "ERR_WRONG_CLUSTER" });
  const unknown = { ...first, name: "four" };
  await expect(startMember(unknown)).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
  await cluster.startOne(0);
  await cluster.ready();
});

test("a client port in use stops the start, and frees the directory", async () => {
  await cluster.stopOne(0);
  const { listenClientUrls = [] } = cluster.options(1);
  const taken = { ...cluster.options(0), listenClientUrls };
  await expect(startMember(taken)).rejects.toMatchObject({ code: "ERR_ADDRESS" });
  await cluster.startOne(0);
  await cluster.ready();
});

if (!hasEtcdctl)
  console.warn("etcdctl is not installed (package etcd-client): its tests are skipped");

describe.skipIf(!hasEtcdctl)("etcdctl", { timeout: TIMEOUT_MILLIS }, () => {
  const at = async (which: number, args: string, input = ""): Promise<string> => {
    const { endpoints } = cluster;
    const words = args.split(" ").map((word) => (word === "''" ? "" : word));
    const { status, stdout, stderr } = await etcdctl(endpoints[which] ?? "", words, input);
    return status === 0 ? stdout.trimEnd() : `${status}: ${stderr}`;
  };

  describe.each([0, 1, 2])("at member %i", (which) => {
    const key = `tour${which}/`;

    test("puts and gets", async () => {
      for (const [name, value] of [
        ["a", "1"],
        ["b", "3"],
        ["c", "2"],
        ["a", "4"],
      ]) {
        expect(await at(which, `put ${key}${name} ${value}`)).toBe("OK");
      }
      expect(await at(which, `get ${key}a`)).toBe(`${key}a\n4`);
      const all = await at(which, `get ${key} --prefix --print-value-only`);
      expect(all.split("\n")).toEqual(["4", "3", "2"]);
      expect(await at(which, `get ${key} --prefix --limit=1 --print-value-only`)).toBe("4");
      const sorted = `get ${key} --prefix --sort-by=VALUE --order=ASCEND --print-value-only`;
      expect((await at(which, sorted)).split("\n")).toEqual(["2", "3", "4"]);
      const keys = await at(which, `get ${key} --prefix --keys-only`);
      expect(keys.split(/\n+/)).toEqual([`${key}a`, `${key}b`, `${key}c`]);
    });

    test("reads old revisions, and JSON", async () => {
      const json = JSON.parse(await at(which, `get ${key}a -w json`)) as {
        readonly kvs: readonly { readonly create_revision: number; readonly version: number }[];
      };
      const [kv] = json.kvs;
      expect(kv?.version).toBe(2);
      expect(await at(which, `get ${key}a --rev=${kv?.create_revision}`)).toBe(`${key}a\n1`);
      expect(await at(which, `get ${key}a --rev=999999`)).toBe(
        "1: Error: etcdserver: mvcc: required revision is a future revision",
      );
    });

    test("runs transactions", async () => {
      const txn = `value("${key}a") = "4"\n\nput ${key}a 5\nget ${key}a\n\nget ${key}b\n\n`;
      const first = await at(which, "txn", txn);
      expect(first.split(/\n+/)).toEqual(["SUCCESS", "OK", `${key}a`, "5"]);
      const second = await at(which, "txn", txn);
      expect(second.split(/\n+/)).toEqual(["FAILURE", `${key}b`, "3"]);
    });

    test("deletes and compacts", async () => {
      expect(await at(which, `del ${key} --prefix`)).toBe("3");
      expect(await at(which, `get ${key} --prefix`)).toBe("");
      const { header } = JSON.parse(await at(which, "get nothing -w json")) as {
        readonly header: { readonly revision: number };
      };
      expect(await at(which, `compaction ${header.revision}`)).toBe(
        `compacted revision ${header.revision}`,
      );
      expect(await at(which, `compaction ${header.revision}`)).toBe(
        "1: Error: etcdserver: mvcc: required revision has been compacted",
      );
      expect(await at(which, `get ${key}a --rev=2`)).toBe(
        "1: Error: etcdserver: mvcc: required revision has been compacted",
      );
    });

    test("tells of the cluster", async () => {
      await expect
        .poll(() => at(which, "member list"), { timeout: 10_000 })
        .toMatch(/^(\w+, started, (one|two|three), http:\S+, http:\S+, false\n?){3}$/);
      expect(await at(which, "endpoint status")).toContain(", 3.5.17, ");
      const health = await etcdctl(cluster.endpoints[which] ?? "", ["endpoint", "health"]);
      expect([health.status, health.stdout + health.stderr]).toEqual([
        0,
        expect.stringContaining("is healthy"),
      ]);
    });
  });

  test("every member has the same hash, also after each was restarted", async () => {
    for (const which of [0, 1, 2]) {
      await cluster.stopOne(which);
      for (let i = 0; i < 5; i++) await at((which + 1) % 3, `put while${which} ${i}`);
      await cluster.startOne(which);
    }
    await cluster.ready();
    // A linearizable read first: each has then applied everything.
    const hashes = await Promise.all(
      [0, 1, 2].map(async (which) => {
        expect(await at(which, `get while2 --print-value-only`)).toBe("4");
        return (await at(which, "endpoint hashkv")).split(", ")[1];
      }),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  test("writes go on when the leader is gone, and nothing is lost", async () => {
    expect(await at(0, "put before 1")).toBe("OK");
    const leader = cluster.leader();
    await cluster.stopOne(leader);
    const other = (leader + 1) % 3;
    // What was on its way to the old leader may fail, as nobody knows what became of it.
    await expect.poll(() => at(other, "put after 1"), { timeout: 10_000 }).toBe("OK");
    await cluster.startOne(leader);
    await cluster.ready();
    expect(await at(leader, "get before --print-value-only")).toBe("1");
    expect(await at(leader, "get after --print-value-only")).toBe("1");
  });
});
