import { describe, test } from "vitest";
import { MemoryDisk } from "../../src/memory/memory-disk.ts";
import { MemoryLog } from "../../src/memory/memory-log.ts";
import { MemoryLogStore } from "../../src/memory/memory-log-store.ts";
import { MemorySnapshotStore } from "../../src/memory/memory-snapshot-store.ts";
import { MemorySnapshots } from "../../src/memory/memory-snapshots.ts";
import {
  logStoreSuite,
  snapshotStoreSuite,
  type LogStorePlace,
  type SnapshotStorePlace,
} from "../../src/testing/compliance/index.ts";
import { Prng } from "../../src/prng.ts";

const schedule = (_millis: number, run: () => void): void => void setImmediate(run);

async function logPlace(segmentEntries: number): Promise<LogStorePlace> {
  const log = new MemoryLog(segmentEntries);
  const prng = new Prng(1);
  let disk = new MemoryDisk({ schedule });
  return {
    open: async () => {
      disk = new MemoryDisk({ schedule });
      const store = new MemoryLogStore(log, disk, schedule);
      return { store, hardState: log.hardState, entries: log.entries };
    },
    losePower: () => disk.crash((queued) => prng.below(queued + 1)),
    fill: (full) => {
      disk.full = full;
    },
    fail: () => disk.fail(),
  };
}

async function snapshotPlace(): Promise<SnapshotStorePlace> {
  const snapshots = new MemorySnapshots();
  const prng = new Prng(1);
  let disk = new MemoryDisk({ schedule });
  return {
    open: async () => {
      disk = new MemoryDisk({ schedule });
      return new MemorySnapshotStore(snapshots, disk);
    },
    losePower: () => disk.crash((queued) => prng.below(queued + 1)),
  };
}

const FAULTS = { losePower: true, fill: true, fail: true };

describe("a log", () => logStoreSuite(test, FAULTS, () => logPlace(1)));
describe("a log in segments", () => logStoreSuite(test, FAULTS, () => logPlace(4)));
describe("snapshots", () => snapshotStoreSuite(test, FAULTS, snapshotPlace));
