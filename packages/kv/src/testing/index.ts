/**
 * The etcd service as the simulator runs it: real members, clients and protocol in virtual time, under
 * faults, and what clients were told checked.
 *
 * Read in this order: `run-etcd-simulation`, `world/etcd-cluster`, `clients/start-clients`, `checks/*`.
 *
 * @packageDocumentation
 */
export { toModel } from "./clients/ask-etcd.ts";
export { KeyHistory } from "./clients/key-history.ts";
export { LockHistory } from "./clients/lock-history.ts";
export {
  runEtcdSimulation,
  type EtcdSimulationOptions,
  type EtcdSimulationReport,
} from "./run-etcd-simulation.ts";
export { drawEtcdSettings, type EtcdSimSettings, type EtcdWorkload } from "./settings.ts";
