import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";
import type { StorageOutcome } from "./log-store.ts";

/**
 * Keeps snapshots: written beside the current one, then made the current one in one step, so that
 * a crash leaves either the old or the new. Callbacks never run inside the call that takes them.
 */
export interface SnapshotStore {
  /** The current durable snapshot. */
  latest(): SnapshotMeta | null;
  /** Bytes of its content; 0 when there is none. */
  latestBytes(): number;
  /** Begins a snapshot, of our own state or from a peer. Several may be under way. */
  stage(meta: SnapshotMeta): SnapshotWriter;
  /** Makes a sealed snapshot durable and current; older ones are deleted when nobody reads them. */
  install(handle: SnapshotHandle, done: (outcome: StorageOutcome) => void): void;
  discard(handle: SnapshotHandle): void;
  /** Opens the current snapshot; it stays readable even when a newer one is installed meanwhile. */
  open(): SnapshotReader | null;
}

/** Writes one snapshot; one `write` at a time. */
export interface SnapshotWriter {
  write(chunk: Uint8Array, done: (outcome: StorageOutcome) => void): void;
  /** Everything is written; the handle can be installed. */
  seal(done: (outcome: StorageOutcome, handle: SnapshotHandle) => void): void;
  abort(): void;
}

/** Reads one snapshot; one `read` at a time. */
export interface SnapshotReader {
  readonly meta: SnapshotMeta;
  /** Bytes of content. */
  readonly size: number;
  /** Up to `bytesMax` bytes from `offset`; empty at the end. Damage fails with `ERR_STORAGE_CORRUPT`. */
  read(
    offset: number,
    bytesMax: number,
    done: (outcome: StorageOutcome, chunk: Uint8Array) => void,
  ): void;
  close(): void;
}
