export type { ClientStream, ClientStreamListener } from "./client-stream.ts";
export { SERVER_LIMITS, type ServerLimits } from "./limits.ts";
export type { Handshakes, SecuredListener } from "./handshakes.ts";
export { SUPER } from "./identities.ts";
export { Listener } from "./listener.ts";
export type { Door, ListenAddress, ServerLog, ZooKeeperServerOptions } from "./options.ts";
export { ZooKeeperServer } from "./zookeeper-server.ts";
