import type { Http2Stream } from "../http2/index.ts";
import { HEAD, OK, TOO_SLOW } from "./answer-blocks.ts";
import { Exchange, type CallContext } from "./exchange.ts";
import { PREFIX_BYTES, writePrefix } from "./message-framing.ts";
import type { MethodRoute } from "./route.ts";
import type { UnaryCall } from "./service.ts";
import { STATUS } from "./status.ts";

/** A call with one request and one answer. */
export class UnaryExchange extends Exchange implements UnaryCall {
  readonly #handle: (request: Uint8Array, call: UnaryCall) => void;
  #request: Uint8Array | null = null;

  constructor(
    stream: Http2Stream,
    route: MethodRoute,
    handle: (request: Uint8Array, call: UnaryCall) => void,
    context: CallContext,
  ) {
    super(stream, route, context);
    this.#handle = handle;
  }

  respond(message: Uint8Array): void {
    if (this.over) return;
    const { stream } = this;
    const at = stream.reserve(HEAD, PREFIX_BYTES + message.length, OK);
    if (at >= 0) {
      const { output } = stream;
      output.set(message, writePrefix(output, at, message.length));
      return this.#answered(message.length);
    }
    const prefix = new Uint8Array(PREFIX_BYTES);
    writePrefix(prefix, 0, message.length);
    this.#respondLater(message.length, [prefix, message]);
  }

  respondWith(size: number, write: (into: Uint8Array, offset: number) => void): void {
    if (this.over) return;
    const { stream } = this;
    const at = stream.reserve(HEAD, PREFIX_BYTES + size, OK);
    if (at >= 0) {
      const { output } = stream;
      write(output, writePrefix(output, at, size));
      return this.#answered(size);
    }
    const framed = new Uint8Array(PREFIX_BYTES + size);
    write(framed, writePrefix(framed, 0, size));
    this.#respondLater(size, [framed]);
  }

  protected override message(message: Uint8Array): void {
    if (this.#request !== null) {
      return this.cancelWith(STATUS.internal, "more than one message in a unary request");
    }
    // A client that keeps us waiting for the end pays for what the view keeps alive.
    const { byteLength } = message.buffer;
    if (this.stream.remoteClosed || this.charge(byteLength)) this.#request = message;
  }

  /** Only now is it certain that the request is the only one. */
  protected override complete(): void {
    const request = this.#request;
    if (request === null) return this.fail(STATUS.internal, "unary request without a message");
    this.#request = null;
    this.release();
    this.#handle(request, this);
  }

  #answered(size: number): void {
    if (this.settle(STATUS.ok)) this.sent(size);
  }

  /** The peer's windows do not let all of it leave at once. */
  #respondLater(size: number, pieces: readonly Uint8Array[]): void {
    if (this.stream.full) return this.fail(TOO_SLOW.code, TOO_SLOW.message);
    this.stream.headers(HEAD, false);
    this.stream.data(pieces);
    this.stream.end(OK);
    this.#answered(size);
  }
}
