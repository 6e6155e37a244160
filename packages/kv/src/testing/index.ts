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
export { exchangesOf, type Answer, type Exchange } from "./sessions/exchanges.ts";
export {
  REFUSED,
  type ClientHistory,
  type EventType,
  type Fact,
  type Watch,
  type ZnodeRequest,
  type ZnodeResult,
  type ZnodeStat,
} from "./sessions/facts.ts";
export { judgeEphemerals } from "./sessions/judge-ephemerals.ts";
export { judgeFencing, type FencedWrite } from "./sessions/judge-fencing.ts";
export { judgeImage } from "./sessions/judge-image.ts";
export { judgeOrder } from "./sessions/judge-order.ts";
export { judgeWatches } from "./sessions/judge-watches.ts";
export {
  sessionLives,
  type LeaderChange,
  type SessionLife,
  type SessionTimes,
} from "./sessions/session-lives.ts";
export { WatchBook, watchLeftBy } from "./sessions/watch-book.ts";
export { znodeOperations, type ZnodeOperation } from "./sessions/znode-operations.ts";
export {
  runZooKeeperSimulation,
  type ZooKeeperSimulationOptions,
  type ZooKeeperSimulationReport,
} from "./zookeeper/run-zookeeper-simulation.ts";
export {
  drawZooKeeperSettings,
  type ZooKeeperSimSettings,
  type ZooKeeperWorkload,
} from "./zookeeper/settings.ts";
