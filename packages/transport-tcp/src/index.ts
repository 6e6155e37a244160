/**
 * Moves frames between members over TCP.
 *
 * Read in this order: `options`, `frame`, `control`, `connection`, `handshake`, `process-link`,
 * `seat`, `dialler`, `switchboard`, `tcp-transport`.
 *
 * @packageDocumentation
 */
export {
  TCP_LIMITS,
  type RoundTripListener,
  type TcpLimits,
  type TcpTransportOptions,
  type TransportLog,
} from "./options.ts";
export type { PeerTraffic } from "./peer-traffic.ts";
export { parsePeerUrl, type PeerAddress } from "./peer-url.ts";
export { startTcpTransport, type TcpTransport } from "./tcp-transport.ts";
