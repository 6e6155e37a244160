import { inspectDatabase, type DatabaseSummary } from "../etcd/database/index.ts";
import { readSnapshot } from "./read-snapshot.ts";

/** What a snapshot file holds. */
export interface SnapshotSummary extends DatabaseSummary {
  /** Of the whole file, without its hash. */
  readonly totalBytes: number;
}

/**
 * Checks a snapshot file to its last byte, and tells what it holds: one of Quorate's or of etcd's.
 *
 * @throws `ERR_CONFIGURATION` when there is none, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_CORRUPT`
 */
export function inspectSnapshot(path: string): Promise<SnapshotSummary> {
  return readSnapshot(path, { skipHashCheck: false }, (database, totalBytes) => ({
    ...inspectDatabase(database),
    totalBytes,
  }));
}
