import { recoverTail, type StateMachine, type Transport } from "@quorate/core";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemorySnapshots,
  MemorySnapshotStore,
} from "@quorate/core/memory";
import { restoreState, type GroupAdapters } from "../group-adapters.ts";
import type { MemberProcess } from "./member-process.ts";

/** What one process life of a member is given besides its disk. */
export interface MemorySite {
  readonly process: MemberProcess;
  /** Restored from the newest snapshot. */
  readonly machine: StateMachine<unknown>;
  readonly transport: Transport;
  readonly incarnation: number;
}

/** A member's disk: what is durable outlives the processes that use it. */
export class MemoryStorage {
  readonly #log = new MemoryLog();
  readonly #snapshots = new MemorySnapshots();

  /**
   * Opens it for a process, which is the only one, and restores the state. What the process has not
   * synced by its end is lost with it: a sync is something that happens in it.
   */
  async open({ process, machine, transport, incarnation }: MemorySite): Promise<GroupAdapters> {
    const schedule = (millis: number, callback: () => void): void =>
      process.schedule(millis, callback);
    const log = new MemoryLogStore(this.#log, new MemoryDisk({ schedule }), schedule);
    const snapshots = new MemorySnapshotStore(this.#snapshots, new MemoryDisk({ schedule }));
    await restoreState(snapshots, machine);
    const { hardState } = this.#log;
    const snapshot = snapshots.latest();
    const { tail, resetTo } = recoverTail(snapshot?.position ?? null, this.#log);
    if (resetTo !== null) {
      await new Promise<void>((done, fail) =>
        log.reset(resetTo, (outcome) => (outcome === null ? done() : fail(outcome))),
      );
    }
    return { log, snapshots, recovered: { hardState, snapshot, tail }, transport, incarnation };
  }
}
