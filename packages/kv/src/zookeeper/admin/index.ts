/**
 * What operators can ask over HTTP, under the names of ZooKeeper's AdminServer.
 *
 * @packageDocumentation
 */
export { adminRoute } from "./admin-route.ts";
