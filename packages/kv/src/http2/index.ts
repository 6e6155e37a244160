/**
 * An HTTP/2 server (RFC 9113, RFC 7541) without TLS, made for many small requests: headers are
 * decoded once per distinct block, answers are gathered into slabs, and each connection is written
 * to once for every turn of the loop.
 *
 * Read in this order: `protocol`, `frame-reader`, `hpack/*`, `stream`, `send-side`, `connection`,
 * `listener`. Everything but `listener`, `socket-connection` and `http1-sockets` is free of IO.
 *
 * @packageDocumentation
 */
export type { Clock } from "./clock.ts";
export { Http2Connection, type ConnectionOptions, type RequestHandler } from "./connection.ts";
export { encodeField, encodeStatus, prepareBlock, SharedField } from "./hpack/encoder.ts";
export type { PreparedBlock } from "./hpack/encoder.ts";
export type { Field } from "./hpack/field.ts";
export { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
export { Http2Listener, type ListenerOptions } from "./listener.ts";
export { nodeClock } from "./node-clock.ts";
export { ERROR, type Http2ErrorCode } from "./protocol.ts";
export { fieldValue, type RequestHead } from "./request-head.ts";
export type { Http2Stream, StreamSink } from "./stream.ts";
