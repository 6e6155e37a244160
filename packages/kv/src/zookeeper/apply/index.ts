export { encodeSessionCommand, RequestEncoder, type Command } from "./command.ts";
export type { ZooKeeperResult } from "./result.ts";
export { ZooKeeperStateMachine } from "./zookeeper-state-machine.ts";
