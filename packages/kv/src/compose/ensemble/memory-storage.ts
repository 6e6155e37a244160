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
  /** How long the next sync takes. */
  readonly latencyMillis: () => number;
}

/** A member's disk: what is durable outlives the processes that use it. */
export class MemoryStorage {
  readonly #log = new MemoryLog();
  readonly #snapshots = new MemorySnapshots();
  /** Through what it is written, by whom; the disks of a process that is gone are off. */
  #use: { readonly process: MemberProcess; readonly disks: readonly MemoryDisk[] } | null = null;

  /**
   * Opens it for a process, which is the only one, and restores the state. What the process has not
   * synced by its end is lost with it: a sync is something that happens in it.
   */
  async open(site: MemorySite): Promise<GroupAdapters> {
    const { process, machine, transport, incarnation, latencyMillis } = site;
    const schedule = (millis: number, callback: () => void): void =>
      process.schedule(millis, callback);
    const logDisk = new MemoryDisk({ schedule, latencyMillis });
    const snapshotDisk = new MemoryDisk({ schedule, latencyMillis });
    this.#use = { process, disks: [logDisk, snapshotDisk] };
    const log = new MemoryLogStore(this.#log, logDisk, schedule);
    const snapshots = new MemorySnapshotStore(this.#snapshots, snapshotDisk);
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

  /** From now on nothing is answered, until {@link resume}. */
  stall(): void {
    for (const disk of this.#use?.disks ?? []) disk.stall();
  }

  resume(): void {
    const { process, disks = [] } = this.#use ?? {};
    // Answers are heard in the process.
    process?.schedule(0, () => {
      for (const disk of disks) disk.resume();
    });
  }

  /** Whether what takes space is refused. */
  setFull(full: boolean): void {
    for (const disk of this.#use?.disks ?? []) disk.full = full;
  }

  /** The process is gone; of so many writes that it has not synced the oldest were made nevertheless. */
  crash(survivors: (queued: number) => number): void {
    for (const disk of this.#use?.disks ?? []) disk.crash(survivors);
    this.#use = null;
  }
}
