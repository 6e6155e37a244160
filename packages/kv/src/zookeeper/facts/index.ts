/**
 * What a server can be asked about itself, whoever asks: four-letter words, the admin server, metrics.
 *
 * @packageDocumentation
 */
export { Decimal } from "./decimal.ts";
export { directoryBytes } from "./directory-bytes.ts";
export { environment } from "./environment.ts";
export { unlistedSessions, unlistedWatches } from "./listing.ts";
export { serversOf, type MemberServer } from "./membership.ts";
export { modeOf, type Mode } from "./mode.ts";
export { monitorValues, type MonitorValue } from "./monitor.ts";
export { nodeCount } from "./node-count.ts";
export type {
  ConnectionFacts,
  EnsembleSettings,
  Expiry,
  ServerFacts,
  ServerSettings,
  Service,
} from "./server-facts.ts";
export { sessionsWithEphemerals } from "./session-reports.ts";
export {
  watchesByConnection,
  watchesByPath,
  watchSummary,
  type WatchSummary,
} from "./watch-reports.ts";
