/**
 * The simulator: a whole cluster in virtual time, with real protocol and driver code, over disks and
 * a network in memory that fail as real ones do.
 *
 * Read in this order: `sim-cluster`, `sim-member`, `sim-observer`, `run-simulation`.
 *
 * @packageDocumentation
 */
export {
  RegisterMachine,
  decodeRegisterCommand,
  encodeRegisterCommand,
  type RegisterCommand,
} from "./register-machine.ts";
export { runSimulation, type SimulationOptions, type SimulationReport } from "./run-simulation.ts";
export {
  SimCluster,
  type SimClusterOptions,
  type SimCrash,
  type SimReadAnswer,
  type SimRequest,
  type SimTransferAnswer,
  type SimWrite,
} from "./sim-cluster.ts";
export type { FaultTarget } from "./fault-target.ts";
export { formatPositions, formatRange } from "./format-positions.ts";
export type { ProtocolWords } from "./protocol-words.ts";
export { SimClock } from "./sim-clock.ts";
export { SimFaults } from "./sim-faults.ts";
export type { SimListener } from "./sim-listener.ts";
export type { SimCounts, Violation } from "./sim-observer.ts";
export type { NamedLimits, SimProtocol, SimProtocolOptions } from "./sim-protocol.ts";
export {
  drawSettings,
  PLAIN_SETTINGS,
  type FaultWeights,
  type MessageFaults,
  type SimSettings,
  type Span,
  type WorkloadSettings,
} from "./sim-settings.ts";
export { formatSimTrace, type SimTrace } from "./sim-trace.ts";
export { nameCode, TraceHash } from "./trace-hash.ts";
export * from "../checkers/index.ts";
