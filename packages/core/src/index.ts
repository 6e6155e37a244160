/**
 * What Raft and ZAB have in common: the contract between a protocol and the world, the ports that
 * adapters implement, and the driver that joins them.
 *
 * Read in this order: `ids`, `entry`, `event`, `effect`, `protocol`, `ports/*`, `driver/driver`.
 *
 * @packageDocumentation
 */
export * from "./assert.ts";
export * from "./configuration.ts";
export * from "./effect.ts";
export * from "./entry.ts";
export * from "./errors.ts";
export * from "./event.ts";
export * from "./ids.ts";
export * from "./position.ts";
export * from "./prng.ts";
export * from "./protocol.ts";
export * from "./snapshot.ts";
export * from "./codec/byte-reader.ts";
export * from "./codec/byte-writer.ts";
export * from "./codec/crc32c.ts";
export * from "./codec/message-fields.ts";
export * from "./codec/utf8.ts";
export * from "./quorum/quorum.ts";
export * from "./quorum/rule.ts";
export { Driver, type AskHandler, type DriverOptions } from "./driver/driver.ts";
export { readSnapshotMeta, writeSnapshotMeta } from "./driver/frame.ts";
export { restoreLatest } from "./driver/installation.ts";
export { DRIVER_LIMITS, type DriverLimits } from "./driver/limits.ts";
export * from "./ports/log-store.ts";
export { recoverTail, type FoundLog, type RecoveredTail } from "./log/recovered-tail.ts";
export * from "./ports/replicated-log.ts";
export * from "./ports/runtime.ts";
export * from "./ports/snapshot-store.ts";
export * from "./ports/state-machine.ts";
export * from "./ports/transport.ts";
export { ConfigurationTracker } from "./replica/configuration-tracker.ts";
export { Drafts } from "./replica/drafts.ts";
export { DurableLog } from "./replica/durable-log.ts";
export { Inflights } from "./replica/inflights.ts";
export { LogTail } from "./replica/log-tail.ts";
export { Outbox, type PlainEffect } from "./replica/outbox.ts";
export { PassedOn } from "./replica/passed-on.ts";
export { ReadRounds, type ReadBarrier, type ReadRound } from "./replica/read-rounds.ts";
export {
  Replica,
  runFrom,
  type ReplicaLimits,
  type ReplicaOptions,
  type StorageState,
} from "./replica/replica.ts";
