import type { Position } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem } from "../file-system.ts";
import { storageError } from "../storage-error.ts";
import { FsLogStore, type FsLogStoreOptions } from "./fs-log-store.ts";
import { recoverWal, type ActiveSegment, type RecoveredWal } from "./recover-wal.ts";
import { segmentName } from "./segment.ts";

/** A log ready to be written on, and what was found in it. */
export interface OpenedLog {
  readonly log: FsLogStore;
  readonly found: RecoveredWal;
}

/**
 * Opens the log of one group.
 *
 * @param covered - where the durable snapshot stands
 * @throws `ERR_STORAGE_CORRUPT`, `ERR_STORAGE_VERSION`, `ERR_STORAGE_FAILED`
 */
export async function openLog(
  options: FsLogStoreOptions,
  covered: Position | null,
): Promise<OpenedLog> {
  const { fileSystem, directory } = options;
  const found = recoverWal(fileSystem, directory, covered);
  if (found.active !== null) await settleTail(fileSystem, directory, found.active);
  return { log: new FsLogStore(options, found), found };
}

/**
 * Makes durable what was read. A killed process, or a sync that failed, can leave the last group in
 * the page cache only: it is written once more, because the protocol takes what it recovers for
 * durable. What a torn write left behind it is cleared, so that it never lies among groups to come.
 */
function settleTail(
  fileSystem: FileSystem,
  directory: string,
  active: ActiveSegment,
): Promise<void> {
  const { number, lastWrite, end, dirtyEnd } = active;
  const path = join(directory, segmentName(number));
  const file = fileSystem.open(path, "durable");
  return new Promise((done, fail) => {
    const finish = (error: Error | null): void => {
      file.close();
      if (error === null) done();
      else fail(storageError("settling the tail of", path, error));
    };
    file.read(lastWrite, end - lastWrite, (error, bytes) => {
      if (error !== null) return finish(error);
      file.write([bytes, new Uint8Array(Math.max(0, dirtyEnd - end))], lastWrite, finish);
    });
  });
}
