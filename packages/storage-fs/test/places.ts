import { Prng } from "@quorate/core";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemorySnapshots,
  MemorySnapshotStore,
  type Schedule,
} from "@quorate/core/memory";
import type { LogStorePlace, SnapshotStorePlace } from "@quorate/core/testing/compliance";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FileSystem } from "../src/file-system.ts";
import { nodeFileSystem } from "../src/node-file-system.ts";
import { FsSnapshotStore } from "../src/snapshot/fs-snapshot-store.ts";
import { TearingDisk } from "../src/testing/index.ts";
import { openLog } from "../src/wal/open-log.ts";

/** Small, so that a test rolls over many. */
export const SEGMENT_BYTES = 16 * 1024;

const schedule: Schedule = (_, callback) => void setImmediate(callback);

export function tearingDisk(seed = 1): TearingDisk {
  return new TearingDisk({ prng: new Prng(seed), schedule: (callback) => setImmediate(callback) });
}

/** A directory that is deleted after the test. */
export function realDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "quorate-storage-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function openFsLog(fileSystem: FileSystem, directory: string) {
  const { log, found } = await openLog(
    { fileSystem, directory, segmentBytes: SEGMENT_BYTES },
    null,
  );
  return { store: log, hardState: found.hardState, entries: found.entries };
}

export async function realLogPlace(): Promise<LogStorePlace> {
  const directory = realDirectory();
  return { open: () => openFsLog(nodeFileSystem, directory) };
}

let places = 0;

export async function tearingLogPlace(): Promise<LogStorePlace> {
  const disk = tearingDisk(++places);
  return {
    open: () => openFsLog(disk.mount(), "/wal"),
    losePower: () => disk.losePower(),
    fill: (full) => {
      disk.capacity = full ? disk.used : Infinity;
    },
    fail: () => {
      disk.failing = true;
    },
  };
}

export async function memoryLogPlace(): Promise<LogStorePlace> {
  const log = new MemoryLog(8);
  const prng = new Prng(++places);
  let disk = new MemoryDisk({ schedule });
  return {
    open: async () => {
      disk = new MemoryDisk({ schedule });
      const { hardState, entries } = log;
      return { store: new MemoryLogStore(log, disk, schedule), hardState, entries: [...entries] };
    },
    losePower: () => disk.crash((queued) => prng.below(queued + 1)),
    fill: (full) => {
      disk.full = full;
    },
    fail: () => disk.fail(),
  };
}

export async function realSnapshotPlace(): Promise<SnapshotStorePlace> {
  const directory = realDirectory();
  return { open: () => FsSnapshotStore.open(nodeFileSystem, directory) };
}

export async function tearingSnapshotPlace(): Promise<SnapshotStorePlace> {
  const disk = tearingDisk(++places);
  return {
    open: () => FsSnapshotStore.open(disk.mount(), "/snapshots"),
    losePower: () => disk.losePower(),
  };
}

export async function memorySnapshotPlace(): Promise<SnapshotStorePlace> {
  const snapshots = new MemorySnapshots();
  const prng = new Prng(++places);
  let disk = new MemoryDisk({ schedule });
  return {
    open: async () => {
      disk = new MemoryDisk({ schedule });
      return new MemorySnapshotStore(snapshots, disk);
    },
    losePower: () => disk.crash((queued) => prng.below(queued + 1)),
  };
}
