/**
 * Adapters that keep everything in memory: for tests, for the simulator, and for groups that need
 * not survive their process.
 *
 * @packageDocumentation
 */
export { EventQueue, type TimedEvent } from "./event-queue.ts";
export { MemoryDisk, type MemoryDiskOptions, type Schedule } from "./memory-disk.ts";
export { MemoryLog } from "./memory-log.ts";
export { MemoryLogStore } from "./memory-log-store.ts";
export { MemoryNetwork, type MemoryNetworkOptions } from "./memory-network.ts";
export { MemorySnapshots, type MemorySnapshot } from "./memory-snapshots.ts";
export { MemorySnapshotStore } from "./memory-snapshot-store.ts";
