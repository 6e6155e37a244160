/**
 * What operators' tools ask over plain HTTP, whatever the service.
 *
 * @packageDocumentation
 */
export {
  failed,
  JSON_TYPE,
  routeTo,
  TEXT_TYPE,
  type Endpoint,
  type Endpoints,
  type HttpAnswer,
  type Route,
} from "./endpoints.ts";
export { httpServer } from "./http-server.ts";
export { metricsEndpoints } from "./metrics-endpoints.ts";
