export { encodeServerCommand, RequestEncoder, type Command } from "./command.ts";
export type { Authority } from "./prepare.ts";
export type { MultiItem, OperationResult, ZooKeeperResult } from "./result.ts";
export { ZooKeeperStateMachine } from "./zookeeper-state-machine.ts";
