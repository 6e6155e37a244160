import type { PinnedView, SnapshotMeta, SnapshotStore, StateMachine } from "@quorate/core";
import { MemoryDisk, MemorySnapshots, MemorySnapshotStore } from "@quorate/core/memory";
import { beforeEach, expect, test } from "vitest";
import { countSnapshots } from "../../src/compose/count-snapshots.ts";
import {
  encodeServerCommand,
  ZooKeeperStateMachine,
  type ZooKeeperResult,
} from "../../src/zookeeper/apply/index.ts";
import { EnsembleStats } from "../../src/zookeeper/metrics/index.ts";

const configuration = { members: [], quorum: { kind: "majority", voters: [] } } as const;

let now: number;
let disk: MemoryDisk;
let due: (() => void)[];
let stored: MemorySnapshots;
let stats: EnsembleStats;
let counted: { readonly machine: StateMachine<ZooKeeperResult>; readonly snapshots: SnapshotStore };

function start(): void {
  const machine = new ZooKeeperStateMachine();
  stats = new EnsembleStats(0);
  const clocks = { now: () => now, wallNow: () => 1_000_000 + now };
  const store = new MemorySnapshotStore(stored, disk);
  counted = countSnapshots(store, { machine, stats, ...clocks });
}

beforeEach(() => {
  now = 0;
  due = [];
  disk = new MemoryDisk({ schedule: (_, callback) => due.push(callback) });
  stored = new MemorySnapshots();
  start();
});

/** Lets the disk finish what it was given. */
function settle(): void {
  for (let next = due.shift(); next !== undefined; next = due.shift()) next();
}

function apply(index: number): void {
  const password = new Uint8Array(16);
  const data = encodeServerCommand({ kind: "openSession", sid: 1, timeoutMillis: 1, password });
  counted.machine.apply([{ index, term: 1, time: 1, kind: "command", data }], () => {});
}

const metaOf = (index: number): SnapshotMeta => ({ position: { term: 1, index }, configuration });

/** Writes a view out as the driver does; the handle of what lies ready. */
function seal(view: PinnedView, index: number): string {
  const writer = counted.snapshots.stage(metaOf(index));
  for (let chunk = view.read(1_000); chunk !== null; chunk = view.read(1_000)) {
    writer.write(chunk, () => {});
  }
  view.release();
  let sealed = "";
  writer.seal((outcome, handle) => {
    if (outcome === null) sealed = handle;
  });
  settle();
  return sealed;
}

test("a snapshot of the own state counts when it is the newest, from when the state was pinned", () => {
  apply(1);
  const view = counted.machine.pin();
  apply(2);
  now = 40;
  const handle = seal(view, 1);
  expect([stats.snapshotTimes.tally.count, stats.lastSnapshot]).toEqual([0, null]);
  now = 70;
  let outcome: unknown = "none";
  counted.snapshots.install(handle, (result) => {
    outcome = result;
  });
  settle();
  expect(outcome).toBe(null);
  expect(counted.snapshots.latest()).toEqual(metaOf(1));
  expect(counted.snapshots.latestBytes()).toBeGreaterThan(0);
  expect([stats.snapshotTimes.tally.count, stats.snapshotTimes.tally.sum]).toEqual([1, 70]);
  expect(stats.lastSnapshot).toEqual({ zxid: 0x1_0000_0001, takenAt: 1_000_070 });
});

test("one that was discarded, or that the disk refused, does not count", () => {
  apply(1);
  const outcomes: (string | undefined)[] = [];
  const install = (handle: string): void => {
    counted.snapshots.install(handle, (failure) => outcomes.push(failure?.code));
    settle();
  };
  const discarded = seal(counted.machine.pin(), 1);
  counted.snapshots.discard(discarded);
  install(discarded);
  const refused = seal(counted.machine.pin(), 1);
  disk.fail();
  install(refused);
  expect(outcomes).toEqual(["ERR_INVARIANT", "ERR_STORAGE_FAILED"]);
  expect([stats.snapshotTimes.tally.count, stats.lastSnapshot]).toEqual([0, null]);
});

test("a peer's snapshot is the newest when the state is that, and takes no time here", () => {
  apply(1);
  const own = counted.machine.pin();
  const chunks: Uint8Array[] = [];
  for (let next = own.read(1_000); next !== null; next = own.read(1_000)) chunks.push(next);
  own.release();
  counted.snapshots.stage(metaOf(1)).abort(); // what was pinned came to nothing
  apply(2);
  const writer = counted.snapshots.stage(metaOf(1));
  for (const chunk of chunks) writer.write(chunk, () => {});
  writer.seal((_, handle) => counted.snapshots.install(handle, () => {}));
  settle();
  expect(counted.snapshots.open()?.meta).toEqual(metaOf(1));
  expect(stats.lastSnapshot).toBe(null);
  now = 5;
  const sink = counted.machine.restore();
  for (const chunk of chunks) sink.write(chunk);
  sink.finish();
  expect(stats.snapshotTimes.tally.count).toBe(0);
  expect(stats.lastSnapshot).toEqual({ zxid: 0x1_0000_0001, takenAt: 1_000_005 });
  now = 6;
  counted.machine.restore().abort();
  expect(stats.lastSnapshot?.takenAt).toBe(1_000_005);
});

test("what was there at the start is told without its time", () => {
  counted.snapshots.install(seal(counted.machine.pin(), 7), () => {});
  settle();
  start();
  expect(stats.lastSnapshot).toEqual({ zxid: 0, takenAt: null });
});
