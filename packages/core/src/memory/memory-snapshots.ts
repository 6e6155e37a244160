import type { SnapshotMeta } from "../snapshot.ts";

/** One whole snapshot. */
export interface MemorySnapshot {
  readonly meta: SnapshotMeta;
  readonly bytes: Uint8Array;
}

/** The durable, current snapshot of one group. It outlives the process that wrote it. */
export class MemorySnapshots {
  current: MemorySnapshot | null = null;
}
