export { hasPut, listAlarms, type AlarmResult } from "./alarm.ts";
export { encodeCommand, type Command } from "./command.ts";
export {
  EtcdStateMachine,
  type EtcdResult,
  type KeyspaceListener,
  type WriteResponse,
} from "./etcd-state-machine.ts";
export type { EtcdState } from "./etcd-state.ts";
export type { RequestRefusal } from "./failure.ts";
export type { LeaseResult } from "./lease.ts";
export type { OperationCounts } from "./operation-counts.ts";
export { checkRevision, range, toKeyValue } from "./range.ts";
export { checkTxn, executeTxn, isReadOnly, isSerializable, planTxn } from "./txn.ts";
export {
  TXN_OPS_MAX,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
} from "./validate.ts";
