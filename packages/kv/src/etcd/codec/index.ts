/**
 * etcd's messages as bytes, written by hand for the few that are on the hot path of every request.
 *
 * @packageDocumentation
 */
export * from "./alarm-requests.ts";
export * from "./compare-bytes.ts";
export * from "./decode-lease-responses.ts";
export * from "./decode-maintenance-responses.ts";
export * from "./decode-requests.ts";
export * from "./decode-responses.ts";
export * from "./decode-watch-answer.ts";
export * from "./encode-requests.ts";
export * from "./lease-requests.ts";
export * from "./lock-requests.ts";
export * from "./maintenance-requests.ts";
export * from "./proto-reader.ts";
export * from "./proto-writer.ts";
export type * from "./requests.ts";
export { decodeHeaderAlone, type ResponseHeader } from "./response-header.ts";
export * from "./responses.ts";
export * from "./watch-event.ts";
export * from "./watch-requests.ts";
export * from "./watch-responses.ts";
