/**
 * A gRPC server over the HTTP/2 server next door: a table of methods in, calls out.
 *
 * ```ts
 * import { startGrpcServer } from "./index.ts";
 *
 * const server = await startGrpcServer({
 *   host: "127.0.0.1",
 *   port: 0,
 *   services: new Map([
 *     ["/demo.Echo/Say", { kind: "unary", handle: (request, call) => call.respond(request) }],
 *   ]),
 * });
 * await server.close(0);
 * ```
 *
 * Read in this order: `service`, `route`, `exchange`, `unary-exchange`, `stream-exchange`, `server`.
 *
 * @packageDocumentation
 */
export {
  CallCounts,
  type CallCountsOptions,
  type ClientCounts,
  type MethodCounts,
} from "./call-counts.ts";
export {
  startGrpcServer,
  type GrpcLimits,
  type GrpcServer,
  type GrpcServerOptions,
} from "./server.ts";
export type { Call, Method, Services, StreamCall, UnaryCall } from "./service.ts";
export { STATUS, type Failure, type GrpcStatus } from "./status.ts";
