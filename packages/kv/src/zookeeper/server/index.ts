export type { ServerLimits } from "./limits.ts";
export type { ListenAddress, ServerLog, ZooKeeperServerOptions } from "./options.ts";
export { startZooKeeperServer, type ZooKeeperServer } from "./zookeeper-server.ts";
