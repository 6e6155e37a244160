/**
 * ZooKeeper's client protocol as bytes: jute records in length-prefixed frames.
 *
 * @packageDocumentation
 */
export * from "./connect.ts";
export * from "./error-code.ts";
export * from "./frame-splitter.ts";
export * from "./jute-reader.ts";
export * from "./jute-writer.ts";
export * from "./multi.ts";
export * from "./opcode.ts";
export * from "./records.ts";
export * from "./replies.ts";
export * from "./requests.ts";
export * from "./session-id.ts";
export * from "./write-operation.ts";
