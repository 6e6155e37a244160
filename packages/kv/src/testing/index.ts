/**
 * The etcd service as the simulator runs it: real members, clients and protocol in virtual time, under
 * faults, and what clients were told checked.
 *
 * Read in this order: `run-etcd-simulation`, `etcd-cluster`, `clients/start-clients`, `checks/*`.
 *
 * @packageDocumentation
 */
export { toModel } from "./etcd/clients/ask-etcd.ts";
export { KeyHistory } from "./etcd/clients/key-history.ts";
export { LockHistory } from "./clients/lock-history.ts";
export {
  runEtcdSimulation,
  type EtcdSimulationOptions,
  type EtcdSimulationReport,
} from "./etcd/run-etcd-simulation.ts";
export { drawEtcdSettings, type EtcdSimSettings, type EtcdWorkload } from "./etcd/settings.ts";
