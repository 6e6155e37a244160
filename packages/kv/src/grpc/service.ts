import type { GrpcStatus } from "./status.ts";

/** What every call knows. */
export interface Call {
  /** The method's path, `/package.Service/Method`. */
  readonly path: string;
  /** When the client gives up, on the server's monotonic clock in milliseconds; null for never. */
  readonly deadlineMs: number | null;
  /** Nobody waits for the answer any more. */
  readonly cancelled: boolean;
  /** The value of a request header (lower-case name), or undefined. */
  metadata(name: string): string | undefined;
  /** Runs once when the call is cancelled before it was answered. One callback for each call. */
  onCancel(callback: () => void): void;
  /** Ends the call with an error. Ignored once the call is over. */
  fail(code: GrpcStatus, message: string): void;
}

/** A call with one request, which is to be answered once. */
export interface UnaryCall extends Call {
  /** Answers. The bytes must not change any more. Ignored once the call is over. */
  respond(message: Uint8Array): void;
  /** Answers with a message of known size that is written where it leaves from. */
  respondWith(size: number, write: (into: Uint8Array, offset: number) => void): void;
}

/** A call in which either side, or both, send any number of messages. */
export interface StreamCall extends Call {
  /** Takes the client's messages; to be set before the handler returns. */
  onMessage(callback: (message: Uint8Array) => void): void;
  /** The client has sent its last message. */
  onHalfClose(callback: () => void): void;
  /** There is room again after `send` answered false. */
  onDrain(callback: () => void): void;
  /** Sends a message. Answers false when the client is slow and `onDrain` should be awaited. */
  send(message: Uint8Array): boolean;
  /** As `send`, for a message of known size that is written where it leaves from. */
  sendWith(size: number, write: (into: Uint8Array, offset: number) => void): boolean;
  /** Ends the call successfully behind what was sent. */
  end(): void;
}

/**
 * How a method is served. Requests are views of what was read from the socket: they stay valid and
 * unchanged for good, and keep up to 64 KiB around them alive.
 */
export type Method =
  | { readonly kind: "unary"; readonly handle: (request: Uint8Array, call: UnaryCall) => void }
  | { readonly kind: "stream"; readonly handle: (call: StreamCall) => void };

/** The methods by path, `/package.Service/Method`. */
export type Services = ReadonlyMap<string, Method>;
