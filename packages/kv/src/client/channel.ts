import type { EtcdError } from "./etcd-error.ts";

/** What calls fail with that the client itself ends by closing. */
export const CLOSED = "the client is closed";

/** How a call with one answer is made. */
export interface UnaryOptions {
  /** Within which it must be over, connecting included. */
  readonly timeoutMillis: number;
  /** To make the call twice does no more than to make it once. */
  readonly repeatable: boolean;
  /** Ends the call: it rejects with the signal's reason. A change may be made nevertheless. */
  readonly signal?: AbortSignal | undefined;
}

/** What a stream tells the one who opened it. */
export interface StreamSink {
  message(bytes: Uint8Array): void;
  /** Comes once, last. Null: the server ended the stream as it should. */
  end(error: EtcdError | null): void;
}

export interface StreamOptions {
  /** The server is to end the stream when it has had no leader for long. */
  readonly needsLeader: boolean;
}

/** A call in which both sides may send any number of messages. */
export interface ClientStream {
  /** Messages that were sent before the connection is there wait for it. */
  send(bytes: Uint8Array): void;
  halfClose(): void;
  /** Ends the stream; its sink hears no more. */
  cancel(): void;
  /** As `cancel`, because the server does not answer: the next call goes to another one. */
  abandon(): void;
  /** Lets the server wait with its messages, but for those that are under way. */
  pause(): void;
  resume(): void;
}

/** The way to a server, or to several that stand for one another. */
export interface Channel {
  /**
   * Makes a call with one request and one answer.
   *
   * @param method - such as `/etcdserverpb.KV/Range`
   * @throws `EtcdError`, or the reason of the signal
   */
  unary(method: string, request: Uint8Array, options: UnaryOptions): Promise<Uint8Array>;
  /** Opens a stream; its sink hears nothing before the caller's turn is over. */
  stream(method: string, sink: StreamSink, options: StreamOptions): ClientStream;
  /** Ends all calls, and refuses those that come. */
  close(): void;
}
