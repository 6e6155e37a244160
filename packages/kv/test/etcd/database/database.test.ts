import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utf8Decode, utf8Encode } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { EtcdStateMachine, type Command } from "../../../src/etcd/apply/index.ts";
import {
  BoltReader,
  BoltWriter,
  type BoltBucket,
  type BoltItem,
} from "../../../src/etcd/bolt/index.ts";
import { ProtoWriter } from "../../../src/etcd/codec/index.ts";
import {
  databaseBuckets,
  inspectDatabase,
  restoreDatabase,
} from "../../../src/etcd/database/index.ts";
import { encodeStoredLease, type StoredLease } from "../../../src/etcd/database/stored-messages.ts";
import type { RestoredState } from "../../../src/etcd/store/index.ts";
import { apply, compact, del, put, txn } from "../apply/commands.ts";
import { hasEtcdctl, etcdctl } from "../../compose/etcdctl.ts";
import { changesOf, hashOf } from "../store/inspect.ts";

const grant = (id: bigint, ttlSeconds = 60): Command => ({ kind: "leaseGrant", id, ttlSeconds });
const tick = (counted: number): Command => ({ kind: "leaseTick", term: 1, counted });

function machineAfter(...commands: readonly Command[]): EtcdStateMachine {
  const machine = new EtcdStateMachine();
  for (const command of commands) apply(machine, command);
  return machine;
}

const MEMBER = {
  id: "8e9e05c52164694d",
  name: "m1",
  peerUrls: ["http://127.0.0.1:2380"],
  clientUrls: [],
};

function bucketsOf({ store, leases, alarms }: EtcdStateMachine): readonly BoltBucket[] {
  return databaseBuckets({
    changes: [store.pin(), store.pin()],
    leases,
    alarms,
    applied: 7,
    clusterVersion: "3.5.0",
    members: [MEMBER],
  });
}

const databaseOf = (machine: EtcdStateMachine): Uint8Array => fileOf(bucketsOf(machine));

function fileOf(buckets: readonly BoltBucket[]): Uint8Array {
  const writer = new BoltWriter(buckets);
  while (writer.plan(1000));
  return Uint8Array.from(Buffer.concat([...writer.write()]));
}

/** A database that holds these in one of its buckets, and else what the machine holds. */
function fileWith(
  bucket: string,
  items: readonly BoltItem[],
  machine = new EtcdStateMachine(),
): Uint8Array {
  return fileOf([
    ...bucketsOf(machine).filter(({ name }) => utf8Decode(name) !== bucket),
    { name: utf8Encode(bucket), items: () => items },
  ]);
}

function restored(file: Uint8Array): RestoredState {
  return restoreDatabase(new BoltReader((at, length) => file.subarray(at, at + length)));
}

const BUSY = [
  grant(7n),
  grant(-1n, 5),
  grant(9n),
  put("a", "1"),
  put("b", "2", { lease: 7n }),
  put("a", "3"),
  txn([put("c", "4"), put("d", "5"), del("b")]),
  put("b", "6", { lease: -1n }),
  del("d"),
  tick(250),
  tick(500),
  tick(10_500),
  grant(10n),
  compact(4),
  { kind: "alarm", action: "activate", member: "8e9e05c52164694d", alarm: "noSpace" },
] as const satisfies readonly Command[];

describe("a database", () => {
  test("restores every version that can still be read, with the same hash", () => {
    const machine = machineAfter(...BUSY);
    const state = restored(databaseOf(machine));
    expect([state.store.revision, state.store.compacted]).toEqual([7, 4]);
    for (const revision of [4, 5, 6, 7]) {
      expect(hashOf(state.store, revision)).toBe(hashOf(machine.store, revision));
    }
    expect(changesOf(state.store)).toHaveLength(changesOf(machine.store).length);
  });

  test("does not hold what is forgotten, whether or not its memory was given back", () => {
    const machine = machineAfter(...BUSY);
    const key = bucketsOf(machine).find(({ name }) => utf8Decode(name) === "key");
    expect([...(key?.items() ?? [])]).toHaveLength(changesOf(machine.store).length);
  });

  test("restores leases with their keys and the whole seconds that they have left", () => {
    const state = restored(databaseOf(machineAfter(...BUSY)));
    expect([...state.leases].map(({ id, ends }) => [id, ends])).toEqual([
      [7n, { kind: "at", millis: 50_000 }],
      [9n, { kind: "at", millis: 50_000 }],
      [10n, { kind: "young" }],
      // It was overdue: that does not give it its whole time again.
      [-1n, { kind: "at", millis: 1000 }],
    ]);
    expect([...state.store.keysOf(-1n)]).toEqual(["b"]);
    expect([...state.alarms]).toEqual([{ member: "8e9e05c52164694d", kind: "noSpace" }]);
  });

  test("of nothing is an empty store", () => {
    const { store } = restored(databaseOf(new EtcdStateMachine()));
    expect([store.revision, store.compacted, store.keyCount]).toEqual([1, 0, 0]);
  });

  test("with a compaction that was not finished is compacted", () => {
    const machine = machineAfter(put("a", "1"), put("a", "2"), put("b", "3"));
    const revision = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3, 0x5f, 0, 0, 0, 0, 0, 0, 0, 0);
    const meta = { key: utf8Encode("scheduledCompactRev"), value: revision };
    const { store } = restored(fileWith("meta", [meta], machine));
    expect([store.compacted, changesOf(store).map(({ mod }) => mod)]).toEqual([3, [3, 4]]);
  });

  test("with keys that not everybody may read is refused", () => {
    const enabled = { key: utf8Encode("authEnabled"), value: Uint8Array.of(1) };
    expect(() => restored(fileWith("auth", [enabled]))).toThrow(/authentication is enabled in it/);
  });

  const EIGHT = [0, 0, 0, 0, 0, 0, 0];
  const leaseItem = (id: number, lease: StoredLease) => ({
    key: Uint8Array.of(...EIGHT, id),
    value: encodeStoredLease(lease),
  });
  const version = (create: number, count: number) => ({
    key: Uint8Array.of(...EIGHT, 2, 0x5f, ...EIGHT, 0),
    value: new ProtoWriter().string(1, "k").int64(2, create).int64(3, 2).int64(4, count).finish(),
  });
  test.each([
    ["a lease without time", "lease", leaseItem(7, { id: 7n, ttlSeconds: 0, remainingSeconds: 0 })],
    ["a lease of ages", "lease", leaseItem(7, { id: 7n, ttlSeconds: 1e10, remainingSeconds: 0 })],
    [
      "more left than there was",
      "lease",
      leaseItem(7, { id: 7n, ttlSeconds: 5, remainingSeconds: 6 }),
    ],
    ["another lease's id", "lease", leaseItem(7, { id: 8n, ttlSeconds: 5, remainingSeconds: 0 })],
    ["a key that was created later", "key", version(3, 1)],
    ["a version that is none", "key", version(2, 0)],
    ["more versions than can be counted", "key", version(2, 2 ** 50)],
  ])("with %s is damaged", (_, bucket, item) => {
    expect(() => restored(fileWith(bucket, [item]))).toThrow(
      /^malformed etcd database: .* can be$/,
    );
  });

  test("with a lease in a deletion holds no key for it", () => {
    const key = Uint8Array.of(...EIGHT, 3, 0x5f, ...EIGHT, 0, 0x74);
    const value = new ProtoWriter().string(1, "k").int64(6, 7).finish();
    const { store } = restored(fileWith("key", [version(2, 1), { key, value }]));
    expect(store.keysOf(7n).size).toBe(0);
  });

  test.skipIf(!hasEtcdctl)("is one to etcdctl", async () => {
    const directory = await mkdtemp(join(tmpdir(), "quorate-database-"));
    try {
      const path = join(directory, "snapshot.db");
      const file = databaseOf(machineAfter(...BUSY));
      await writeFile(path, file);
      const { stdout } = await etcdctl("", ["snapshot", "status", path, "-w", "json"]);
      const told = inspectDatabase(new BoltReader((at, length) => file.subarray(at, at + length)));
      const { hash, revision, totalKeys: totalKey } = told;
      expect(JSON.parse(stdout)).toEqual({ hash, revision, totalKey, totalSize: file.length });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
