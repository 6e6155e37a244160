import {
  QuorateError,
  type GroupId,
  type PinnedView,
  type SnapshotHandle,
  type SnapshotMeta,
  type SnapshotWriter,
  type StorageOutcome,
} from "@quorate/core";
import { dirname } from "node:path";
import { makeGroupDirectories } from "./data-directory.ts";
import { writeIdentity, type DirectoryIdentity } from "./directory-identity.ts";
import { isLock, lockDirectory } from "./directory-lock.ts";
import type { FileSystem } from "./file-system.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { FsSnapshotStore } from "./snapshot/fs-snapshot-store.ts";
import { directoryError } from "./storage-error.ts";

/** What the directory of a new member begins with. */
export interface DirectorySeed {
  readonly path: string;
  readonly identity: DirectoryIdentity;
  readonly group: GroupId;
  /** The state at the beginning of the group's log. */
  readonly meta: SnapshotMeta;
  readonly content: PinnedView;
  readonly fileSystem?: FileSystem;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Makes the directory of a member that begins with a state, for `openDataDirectory` to open. What
 * says whose it is comes last: what a crash leaves before that is nobody's, and refused.
 *
 * @throws `ERR_STORAGE_FOREIGN` when the directory is not empty, `ERR_STORAGE_LOCKED`,
 * `ERR_STORAGE_FULL`, `ERR_STORAGE_FAILED`
 */
export async function seedDataDirectory(seed: DirectorySeed): Promise<void> {
  const { path, identity, group, fileSystem = nodeFileSystem } = seed;
  try {
    fileSystem.makeDirectory(path);
    fileSystem.syncDirectory(dirname(path));
    const unlock = lockDirectory(fileSystem, path);
    try {
      refuseUsed(fileSystem, path);
      const { snapshots } = makeGroupDirectories(fileSystem, path, group);
      await writeSnapshot(await FsSnapshotStore.open(fileSystem, snapshots), seed);
      writeIdentity(fileSystem, path, identity);
    } finally {
      unlock();
    }
  } catch (error) {
    throw error instanceof QuorateError ? error : directoryError(path, error);
  }
}

function refuseUsed(fileSystem: FileSystem, path: string): void {
  const names = fileSystem.list(path).filter((name) => name !== "lost+found" && !isLock(name));
  if (names.length === 0) return;
  throw new QuorateError(
    "ERR_STORAGE_FOREIGN",
    `${path} is not empty (${names.slice(0, 3).join(", ")}): give a directory that is, or none yet`,
  );
}

async function writeSnapshot(
  snapshots: FsSnapshotStore,
  { meta, content }: DirectorySeed,
): Promise<void> {
  const writer = snapshots.stage(meta);
  for (let chunk = content.read(CHUNK_BYTES); chunk !== null; chunk = content.read(CHUNK_BYTES)) {
    const bytes = chunk;
    await succeeds((done) => writer.write(bytes, done));
  }
  const handle = await sealed(writer);
  await succeeds((done) => snapshots.install(handle, done));
}

function succeeds(ask: (done: (outcome: StorageOutcome) => void) => void): Promise<void> {
  return new Promise((done, fail) => {
    ask((outcome) => (outcome === null ? done() : fail(outcome)));
  });
}

function sealed(writer: SnapshotWriter): Promise<SnapshotHandle> {
  return new Promise((done, fail) => {
    writer.seal((outcome, handle) => (outcome === null ? done(handle) : fail(outcome)));
  });
}
