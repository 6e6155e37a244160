import type { PreparedBlock } from "./hpack/encoder.ts";
import type { Http2ErrorCode } from "./protocol.ts";
import type { SendSide } from "./send-side.ts";

/** Takes what arrives on one stream. Called only until `aborted` or the end of our own answer. */
export interface StreamSink {
  /** Body bytes `bytes[start, end)`; they stay valid, and keep the chunk they came in alive. */
  received(bytes: Uint8Array, start: number, end: number): void;
  /** The peer has sent everything. */
  halfClosed(): void;
  /** The peer gave up, or the connection is gone; nothing more can be sent. */
  aborted(): void;
  /** Little output waits any more; comes once after `stream.askDrain()`. */
  drained(): void;
}

/**
 * One request and its answer. The first fields belong to the connection and its send side; whoever
 * serves the request uses the methods.
 */
export class Http2Stream {
  readonly id: number;
  readonly #send: SendSide;
  sink: StreamSink | null = null;
  /** What the peer lets us send here; negative after it lowered its settings. */
  sendWindow: number;
  /** Output that a window or a slow peer holds back. */
  readonly pending: Uint8Array[] = [];
  /** Bytes of `pending`, less what has left of its first piece. */
  pendingBytes = 0;
  /** Offset into the first piece. */
  pendingStart = 0;
  /** To be sent behind `pending`; `null` in `ending` means that the last data frame ends it. */
  ending: { readonly trailers: PreparedBlock | null } | null = null;
  drainAsked = false;
  /** The peer has ended or reset it. */
  remoteClosed = false;
  /** We have ended or reset it. */
  localClosed = false;
  /** Bytes received that the peer's window has not got back. */
  received = 0;
  /** Body bytes still to come when the request named their number, or -1. */
  bodyLeft: number;

  constructor(id: number, send: SendSide, sendWindow: number, contentLength: number) {
    this.id = id;
    this.#send = send;
    this.sendWindow = sendWindow;
    this.bodyLeft = contentLength;
  }

  /** Sends headers; `end` when nothing follows. */
  headers(block: PreparedBlock, end: boolean): void {
    this.#send.headers(this, block, end);
  }

  /**
   * Sends headers (unless null), `size` bytes of data, and trailers (unless null) that end the
   * stream, provided that all of it can leave at once.
   *
   * @returns where in `output` to write the data before anything else is sent, or -1
   */
  reserve(head: PreparedBlock | null, size: number, trailers: PreparedBlock | null): number {
    return this.#send.reserve(this, head, size, trailers);
  }

  /** The buffer that {@link Http2Stream.reserve} speaks of. */
  get output(): Uint8Array {
    return this.#send.out.bytes;
  }

  /** So much waits on this connection already that sending more here is unwise. */
  get full(): boolean {
    return this.#send.full;
  }

  /** Sends data, now or when the peer lets us. The bytes must not change any more. */
  data(pieces: readonly Uint8Array[]): void {
    this.#send.data(this, pieces);
  }

  /** Ends the stream behind what is pending. */
  end(trailers: PreparedBlock | null): void {
    this.#send.end(this, trailers);
  }

  /** Gives the stream up. */
  reset(code: Http2ErrorCode): void {
    this.#send.reset(this, code);
  }

  /** Wants `drained` once. */
  askDrain(): void {
    this.drainAsked = true;
  }
}
