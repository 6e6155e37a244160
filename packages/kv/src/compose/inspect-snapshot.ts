import { bodyBytes, HASH_BYTES, type SnapshotHead } from "../etcd/snapshot-file/index.ts";
import { readSnapshot } from "./read-snapshot.ts";

/** What a snapshot file holds. */
export interface SnapshotSummary extends SnapshotHead {
  /** Of the state: 32 bits, the same for equal states. */
  readonly hash: number;
  /** Of the whole file. */
  readonly totalBytes: number;
}

/**
 * Checks a snapshot file to its last byte, and tells what it holds.
 *
 * @throws `ERR_CONFIGURATION` when there is none, `ERR_STORAGE_FOREIGN`, `ERR_STORAGE_VERSION`,
 * `ERR_STORAGE_CORRUPT`
 */
export async function inspectSnapshot(path: string): Promise<SnapshotSummary> {
  // The image ends with its checksum.
  let end = Buffer.alloc(4);
  const image = (piece: Uint8Array): void => {
    end = Buffer.concat([end, piece.subarray(-4)]).subarray(-4);
  };
  const head = await readSnapshot(path, { image, skipHashCheck: false });
  return { ...head, hash: end.readUInt32BE(), totalBytes: bodyBytes(head) + HASH_BYTES };
}
