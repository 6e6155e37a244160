import { QuorateError } from "../errors.ts";
import type { StorageOutcome } from "../ports/log-store.ts";
import type { SnapshotReader, SnapshotStore, SnapshotWriter } from "../ports/snapshot-store.ts";
import type { SnapshotHandle, SnapshotMeta } from "../snapshot.ts";
import type { MemoryDisk } from "./memory-disk.ts";
import type { MemorySnapshot, MemorySnapshots } from "./memory-snapshots.ts";

const NOTHING = new Uint8Array(0);

/** A snapshot store in memory. What is staged and not installed dies with the process. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots: MemorySnapshots;
  readonly #disk: MemoryDisk;
  readonly #sealed = new Map<SnapshotHandle, MemorySnapshot>();
  #staged = 0;

  constructor(snapshots: MemorySnapshots, disk: MemoryDisk) {
    this.#snapshots = snapshots;
    this.#disk = disk;
  }

  latest(): SnapshotMeta | null {
    return this.#snapshots.current?.meta ?? null;
  }

  latestBytes(): number {
    return this.#snapshots.current?.bytes.length ?? 0;
  }

  stage(meta: SnapshotMeta): SnapshotWriter {
    const handle = `${meta.position.index}-${++this.#staged}`;
    const chunks: Uint8Array[] = [];
    let aborted = false;
    return {
      write: (chunk, done) =>
        this.#disk.submit(
          true,
          () => chunks.push(chunk),
          (outcome) => {
            if (!aborted) done(outcome);
          },
        ),
      seal: (done) =>
        this.#disk.submit(
          false,
          () => {
            if (!aborted) this.#sealed.set(handle, { meta, bytes: concat(chunks) });
          },
          (outcome) => {
            if (!aborted) done(outcome, handle);
          },
        ),
      abort: () => {
        aborted = true;
        this.#sealed.delete(handle);
      },
    };
  }

  install(handle: SnapshotHandle, done: (outcome: StorageOutcome) => void): void {
    const sealed = this.#sealed.get(handle);
    let refusal: StorageOutcome = null;
    this.#disk.submit(
      false,
      () => {
        if (sealed === undefined || !this.#sealed.delete(handle)) refusal = unknownHandle(handle);
        else this.#snapshots.current = sealed;
      },
      (outcome) => done(outcome ?? refusal),
    );
  }

  discard(handle: SnapshotHandle): void {
    this.#sealed.delete(handle);
  }

  open(): SnapshotReader | null {
    const current = this.#snapshots.current;
    if (current === null) return null;
    const { meta, bytes } = current;
    return {
      meta,
      size: bytes.length,
      read: (offset, bytesMax, done) => {
        let chunk: Uint8Array = NOTHING;
        this.#disk.submit(
          false,
          () => {
            chunk = bytes.subarray(offset, offset + bytesMax);
          },
          (outcome) => done(outcome, chunk),
        );
      },
      close: () => {},
    };
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function unknownHandle(handle: SnapshotHandle): QuorateError {
  return new QuorateError("ERR_INVARIANT", `there is no sealed snapshot ${handle} to install`);
}
