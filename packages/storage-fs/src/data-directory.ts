import {
  QuorateError,
  recoverTail,
  type GroupId,
  type LogStore,
  type NodeId,
  type Recovered,
  type SnapshotStore,
} from "@quorate/core";
import { join } from "node:path";
import { nodeFileSystem } from "./node-file-system.ts";
import type { FileSystem } from "./file-system.ts";
import { lockDirectory } from "./directory-lock.ts";
import { FsSnapshotStore } from "./snapshot/fs-snapshot-store.ts";
import { storageError } from "./storage-error.ts";
import { FsLogStore } from "./wal/fs-log-store.ts";
import { recoverWal, type RepairedTail } from "./wal/recover-wal.ts";

/** Whose data a directory holds; another's is refused. */
export interface DirectoryIdentity {
  readonly cluster: string;
  readonly member: NodeId;
}

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

const IDENTITY = "quorate.json";
const FORMAT = 1;

/**
 * Opens, or makes, the directory in which a member keeps everything.
 *
 * @throws `ERR_STORAGE_LOCKED`, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_VERSION`, `ERR_WRONG_CLUSTER`,
 * `ERR_STORAGE_CORRUPT`, `ERR_STORAGE_FULL`, `ERR_STORAGE_FAILED`
 *
 * @example
 * ```ts
 * const directory = await openDataDirectory({
 *   path: "/var/lib/quorate",
 *   identity: { cluster: "cdf818194e3a8c32", member: "8e9e05c52164694d" },
 *   groups: ["etcd"],
 * });
 * ```
 */
export async function openDataDirectory(options: DataDirectoryOptions): Promise<DataDirectory> {
  const { path, fileSystem = nodeFileSystem } = options;
  try {
    refuseForeign(fileSystem, path);
    fileSystem.makeDirectory(path);
    const unlock = lockDirectory(fileSystem, path);
    try {
      checkIdentity(fileSystem, path, options.identity);
      const groups = new Map<GroupId, GroupStorage>();
      for (const group of options.groups) groups.set(group, await openGroup(fileSystem, options, group));
      return { groups, close: () => closeAll([...groups.values()], unlock) };
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    throw error instanceof QuorateError ? error : storageError("opening", path, error);
  }
}

async function closeAll(groups: readonly GroupStorage[], unlock: () => void): Promise<void> {
  await Promise.all(groups.map(({ log }) => new Promise<void>((done) => log.close(done))));
  unlock();
}

/** Served as if it were empty, somebody else's data would be silently lost. */
function refuseForeign(fileSystem: FileSystem, path: string): void {
  const names = new Set(fileSystem.list(path).filter((name) => name !== "lost+found"));
  if (names.size === 0 || names.has(IDENTITY) || [...names].every((name) => name === "LOCK")) return;
  const refuse = (what: string): never => {
    throw new QuorateError("ERR_STORAGE_FOREIGN", `${path} ${what}`);
  };
  if (names.has("member")) {
    refuse(
      "holds etcd's own files (member/). Quorate does not read them: give it an empty directory and " +
        "copy the keys over, for example with etcdctl make-mirror",
    );
  }
  if (names.has("version-2") || names.has("myid")) {
    refuse(
      "holds ZooKeeper's own files (version-2/). Quorate does not read them: give it an empty " +
        "directory and copy the nodes over with a client",
    );
  }
  refuse(`holds files that are not Quorate's (${[...names].slice(0, 3).join(", ")}): give an empty directory`);
}

function checkIdentity(fileSystem: FileSystem, path: string, identity: DirectoryIdentity): void {
  const file = join(path, IDENTITY);
  const found = fileSystem.read(file);
  if (found === null) {
    const content = `${JSON.stringify({ format: FORMAT, ...identity })}\n`;
    fileSystem.createExclusive(file, new TextEncoder().encode(content));
    fileSystem.syncDirectory(path);
    return;
  }
  const { format, cluster, member } = parseIdentity(file, found);
  if (format !== FORMAT) {
    throw new QuorateError(
      "ERR_STORAGE_VERSION",
      `${path} has format ${format}, this version knows ${FORMAT}: start the version that wrote it`,
    );
  }
  if (cluster !== identity.cluster || member !== identity.member) {
    throw new QuorateError(
      "ERR_WRONG_CLUSTER",
      `${path} belongs to member ${member} of cluster ${cluster}, but this is member ` +
        `${identity.member} of cluster ${identity.cluster}: check --data-dir, --name, ` +
        "--initial-cluster and --initial-cluster-token",
    );
  }
}

function parseIdentity(file: string, bytes: Uint8Array): DirectoryIdentity & { readonly format: number } {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      typeof value === "object" &&
      value !== null &&
      "format" in value &&
      typeof value.format === "number"
    ) {
      const cluster = "cluster" in value ? String(value.cluster) : "";
      return { format: value.format, cluster, member: "member" in value ? String(value.member) : "" };
    }
  } catch {
    // Told below, with the file's name.
  }
  throw new QuorateError("ERR_STORAGE_CORRUPT", `${file} is not what Quorate wrote: restore it from a copy`);
}

async function openGroup(
  fileSystem: FileSystem,
  options: DataDirectoryOptions,
  group: GroupId,
): Promise<GroupStorage> {
  const walDirectory = join(options.path, group, "wal");
  const snapshotDirectory = join(options.path, group, "snapshots");
  for (const directory of [walDirectory, snapshotDirectory]) fileSystem.makeDirectory(directory);
  fileSystem.syncDirectory(join(options.path, group));
  fileSystem.syncDirectory(options.path);
  const snapshots = await FsSnapshotStore.open(fileSystem, snapshotDirectory);
  const wal = recoverWal(fileSystem, walDirectory);
  const snapshot = snapshots.latest();
  const { tail, resetTo } = recoverTail(snapshot?.position ?? null, wal);
  if (wal.repaired !== null) await clearTail(fileSystem, wal.repaired);
  const { segmentBytes, onSync } = options;
  const log = new FsLogStore(
    {
      fileSystem,
      directory: walDirectory,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(onSync === undefined ? {} : { onSync }),
    },
    wal,
  );
  if (resetTo !== null) {
    await new Promise<void>((done, fail) =>
      log.reset(resetTo, (outcome) => (outcome === null ? done() : fail(outcome))),
    );
  }
  return { log, snapshots, recovered: { hardState: wal.hardState, snapshot, tail }, repaired: wal.repaired };
}

/** What a torn write left must not lie behind the groups to come. */
function clearTail(fileSystem: FileSystem, { file, offset, bytesDropped }: RepairedTail): Promise<void> {
  const open = fileSystem.open(file, "durable");
  return new Promise((done, fail) => {
    open.write([new Uint8Array(bytesDropped)], offset, (error) => {
      open.close();
      if (error === null) done();
      else fail(storageError("clearing the torn tail of", file, error));
    });
  });
}
