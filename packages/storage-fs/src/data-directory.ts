import {
  QuorateError,
  recoverTail,
  type GroupId,
  type LogStore,
  type Recovered,
  type SnapshotStore,
  type StorageOutcome,
} from "@quorate/core";
import { join } from "node:path";
import { nodeFileSystem } from "./node-file-system.ts";
import type { FileSystem } from "./file-system.ts";
import {
  checkIdentity,
  IDENTITY,
  IDENTITY_STAGED,
  type DirectoryIdentity,
} from "./directory-identity.ts";
import { isLock, lockDirectory } from "./directory-lock.ts";
import { FsSnapshotStore } from "./snapshot/fs-snapshot-store.ts";
import { corrupt, directoryError } from "./storage-error.ts";
import { openLog } from "./wal/open-log.ts";
import type { RepairedTail } from "./wal/recover-wal.ts";

/** What a data directory is opened with. */
export interface DataDirectoryOptions {
  readonly path: string;
  readonly identity: DirectoryIdentity;
  readonly groups: readonly GroupId[];
  readonly fileSystem?: FileSystem;
  readonly segmentBytes?: number;
  /** Told how long each write took to become durable, ms. */
  readonly onSync?: (millis: number) => void;
}

/** One group's part of a data directory. */
export interface GroupStorage {
  readonly log: LogStore;
  readonly snapshots: SnapshotStore;
  /** Its snapshot is not yet in any state machine: that is the caller's to do. */
  readonly recovered: Recovered;
  /** A torn tail that was dropped: nobody had been told that it was durable. */
  readonly repaired: RepairedTail | null;
}

/** An open data directory. */
export interface DataDirectory {
  readonly groups: ReadonlyMap<GroupId, GroupStorage>;
  /** Finishes what is under way and gives the directory free. */
  close(): Promise<void>;
}

/**
 * Opens, or makes, the directory in which a member keeps everything.
 *
 * @throws `ERR_STORAGE_LOCKED`, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_VERSION`, `ERR_WRONG_CLUSTER`,
 * `ERR_STORAGE_CORRUPT`, `ERR_STORAGE_FULL`, `ERR_STORAGE_FAILED`
 *
 * @example
 * ```ts
 * import { openDataDirectory } from "@quorate/storage-fs";
 *
 * const directory = await openDataDirectory({
 *   path: "./data",
 *   identity: { cluster: "cdf818194e3a8c32", member: "8e9e05c52164694d", from: "--name" },
 *   groups: ["etcd"],
 * });
 * console.log(directory.groups.get("etcd")?.recovered);
 * // → { hardState: null, snapshot: null, tail: [] }
 * await directory.close();
 * ```
 */
export async function openDataDirectory(options: DataDirectoryOptions): Promise<DataDirectory> {
  const { path, fileSystem = nodeFileSystem } = options;
  try {
    refuseForeign(fileSystem, path);
    fileSystem.makeDirectory(path);
    const unlock = lockDirectory(fileSystem, path);
    const groups = new Map<GroupId, GroupStorage>();
    try {
      checkIdentity(fileSystem, path, options.identity);
      for (const group of options.groups)
        groups.set(group, await openGroup(fileSystem, options, group));
      return { groups, close: () => closeAll([...groups.values()], unlock) };
    } catch (error) {
      await closeAll([...groups.values()], unlock);
      throw error;
    }
  } catch (error) {
    throw error instanceof QuorateError ? error : directoryError(path, error);
  }
}

async function closeAll(groups: readonly GroupStorage[], unlock: () => void): Promise<void> {
  await Promise.all(groups.map(({ log }) => new Promise<void>((done) => log.close(done))));
  unlock();
}

/** Served as if it were empty, somebody else's data would be silently lost. */
function refuseForeign(fileSystem: FileSystem, path: string): void {
  const names = new Set(fileSystem.list(path).filter((name) => name !== "lost+found"));
  const isOurs = (name: string): boolean => name === IDENTITY_STAGED || isLock(name);
  if (names.has(IDENTITY) || [...names].every(isOurs)) return;
  const refuse = (what: string): never => {
    throw new QuorateError("ERR_STORAGE_FOREIGN", `${path} ${what}`);
  };
  if (names.has("member")) {
    refuse(
      "holds etcd's own files (member/). Quorate does not read them: save them with `etcdctl snapshot save`, " +
        "and make another directory of that with `quorate snapshot restore`",
    );
  }
  if (names.has("version-2") || names.has("myid") || [...names].some(isZooKeeperFile)) {
    refuse(
      "holds ZooKeeper's own files (version-2/, log.*, snapshot.*). Quorate does not read them: give it an empty " +
        "directory and copy the nodes over with a client",
    );
  }
  refuse(
    `holds files that are not Quorate's (${[...names].slice(0, 3).join(", ")}): give an empty directory`,
  );
}

function isZooKeeperFile(name: string): boolean {
  return /^(?:log|snapshot)\.[0-9a-f]+$/.test(name);
}

/** Where a group's log and snapshots lie; both are there afterwards. */
export function makeGroupDirectories(
  fileSystem: FileSystem,
  path: string,
  group: GroupId,
): { readonly wal: string; readonly snapshots: string } {
  const directories = {
    wal: join(path, group, "wal"),
    snapshots: join(path, group, "snapshots"),
  };
  for (const directory of Object.values(directories)) fileSystem.makeDirectory(directory);
  fileSystem.syncDirectory(join(path, group));
  fileSystem.syncDirectory(path);
  return directories;
}

async function openGroup(
  fileSystem: FileSystem,
  options: DataDirectoryOptions,
  group: GroupId,
): Promise<GroupStorage> {
  const directories = makeGroupDirectories(fileSystem, options.path, group);
  const snapshots = await FsSnapshotStore.open(fileSystem, directories.snapshots);
  const snapshot = snapshots.latest();
  const { segmentBytes, onSync } = options;
  const { log, found } = await openLog(
    {
      fileSystem,
      directory: directories.wal,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(onSync === undefined ? {} : { onSync }),
    },
    snapshot?.position ?? null,
  );
  const covered = snapshot?.position.index ?? 0;
  if (found.base.index > covered) {
    await new Promise<void>((done) => log.close(done));
    const why = `the log begins behind entry ${found.base.index}, the newest snapshot is of ${covered}`;
    throw corrupt(directories.snapshots, 0, `a snapshot is missing: ${why}`);
  }
  const { tail, resetTo } = recoverTail(snapshot?.position ?? null, found);
  if (resetTo !== null) {
    const outcome = await new Promise<StorageOutcome>((done) => log.reset(resetTo, done));
    if (outcome !== null) {
      await new Promise<void>((done) => log.close(done));
      throw outcome;
    }
  }
  const { hardState, repaired } = found;
  return { log, snapshots, recovered: { hardState, snapshot, tail }, repaired };
}
