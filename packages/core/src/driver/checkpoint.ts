import type { QuorateError } from "../errors.ts";
import type { SnapshotStore, SnapshotWriter } from "../ports/snapshot-store.ts";
import type { PinnedView, StateMachine } from "../ports/state-machine.ts";
import type { StorageOutcome } from "../ports/log-store.ts";
import type { SnapshotMeta } from "../snapshot.ts";

/** What a checkpoint needs of its driver. */
export interface CheckpointHost {
  snapshotTaken(meta: SnapshotMeta): void;
  storageFailed(error: QuorateError): void;
}

interface Running {
  readonly meta: SnapshotMeta;
  readonly view: PinnedView;
  readonly writer: SnapshotWriter;
}

/** Writes the pinned state out, a chunk per disk write, while commands go on being applied. */
export class Checkpoint {
  readonly #stateMachine: StateMachine<unknown>;
  readonly #snapshots: SnapshotStore;
  readonly #host: CheckpointHost;
  readonly #chunkBytes: number;
  #running: Running | null = null;

  constructor(
    stateMachine: StateMachine<unknown>,
    snapshots: SnapshotStore,
    host: CheckpointHost,
    chunkBytes: number,
  ) {
    this.#stateMachine = stateMachine;
    this.#snapshots = snapshots;
    this.#host = host;
    this.#chunkBytes = chunkBytes;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  take(meta: SnapshotMeta): void {
    this.cancel();
    const running = { meta, view: this.#stateMachine.pin(), writer: this.#snapshots.stage(meta) };
    this.#running = running;
    this.#writeNext(running);
  }

  /** A newer snapshot came from the leader, or the member stops. */
  cancel(): void {
    this.#running?.view.release();
    this.#running?.writer.abort();
    this.#running = null;
  }

  #writeNext(running: Running): void {
    const chunk = running.view.read(this.#chunkBytes);
    if (chunk !== null) {
      running.writer.write(chunk, (outcome) => {
        if (this.#goesOn(running, outcome)) this.#writeNext(running);
      });
      return;
    }
    running.view.release();
    running.writer.seal((sealed, handle) => {
      if (this.#running !== running) {
        if (sealed === null) this.#snapshots.discard(handle);
        return;
      }
      if (!this.#goesOn(running, sealed)) return;
      this.#snapshots.install(handle, (installed) => {
        if (!this.#goesOn(running, installed)) return;
        this.#running = null;
        this.#host.snapshotTaken(running.meta);
      });
    });
  }

  #goesOn(running: Running, outcome: StorageOutcome): boolean {
    if (this.#running !== running) return false;
    if (outcome === null) return true;
    this.cancel();
    // A full disk costs this checkpoint; the next one tries again.
    if (outcome.code !== "ERR_STORAGE_FULL") this.#host.storageFailed(outcome);
    return false;
  }
}
