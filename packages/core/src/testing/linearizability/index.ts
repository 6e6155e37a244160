/**
 * Whether one order of operations explains what all clients saw of a service: a checker for histories
 * of any object whose specification tells what operations do one after the other, and the
 * specifications of registers, maps, locks, etcd's keyspace and ZooKeeper's nodes.
 *
 * Read in this order: `operation`, `model`, `check-linearizability`, `search/search`, `offence`.
 *
 * @packageDocumentation
 */
export { checkLinearizability, type CheckOptions } from "./check-linearizability.ts";
export { formatVerdict } from "./format-verdict.ts";
export { groupByObject, type Model, type Specification } from "./model.ts";
export { etcdKeyModel, etcdStoreModel, type EtcdModel } from "./models/etcd/etcd-models.ts";
export type { EtcdState } from "./models/etcd/keyspace.ts";
export type {
  EtcdAction,
  EtcdActionResult,
  EtcdAnswer,
  EtcdCompare,
  EtcdDelete,
  EtcdKeys,
  EtcdKeyValue,
  EtcdPut,
  EtcdRange,
  EtcdRequest,
  EtcdResult,
  EtcdTxn,
} from "./models/etcd/requests.ts";
export { keyValueModel, type KeyValueInput, type KeyValueOutput } from "./models/key-value.ts";
export { lockModel, type LockInput, type LockOutput, type LockState } from "./models/lock.ts";
export {
  registerModel,
  type RegisterInput,
  type RegisterOutput,
  type RegisterValue,
} from "./models/register.ts";
export {
  znodeModel,
  type ZnodeInput,
  type ZnodeOutcome,
  type ZnodeOutput,
  type ZnodeState,
} from "./models/znode.ts";
export type { Answer, History, Operation } from "./operation.ts";
export type { Start } from "./search/search.ts";
export type { Offence, Verdict } from "./verdict.ts";
