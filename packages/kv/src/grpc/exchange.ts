import { fieldValue, type Http2Stream, type StreamSink } from "../http2/index.ts";
import { failureTrailers, trailersOnly } from "./answer-blocks.ts";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import { PartialMessage, PREFIX_BYTES, readLength } from "./message-framing.ts";
import type { RequestBudget } from "../service/request-budget.ts";
import type { MethodRoute } from "./route.ts";
import type { Call } from "./service.ts";
import { STATUS, type GrpcStatus } from "./status.ts";

/** What the calls of a server share. */
export interface CallContext {
  readonly deadlines: Deadlines;
  readonly budget: RequestBudget;
  readonly requestBytesMax: number;
  readonly now: () => number;
}

/**
 * One call on its stream: cuts messages out of the data, keeps the deadline, and sees to it that
 * the call ends once.
 */
export abstract class Exchange implements StreamSink, Call, Deadlined {
  readonly deadlineMs: number | null;
  protected readonly stream: Http2Stream;
  protected headSent = false;
  readonly #context: CallContext;
  readonly #route: MethodRoute;
  readonly #began: number;
  #over = false;
  #cancelled = false;
  #onCancel: (() => void) | null = null;
  #deadlineTick = 0;
  #partial: PartialMessage | null = null;
  /** What this call has taken from the budget. */
  #charged = 0;

  constructor(stream: Http2Stream, route: MethodRoute, context: CallContext) {
    this.stream = stream;
    this.#route = route;
    this.#context = context;
    route.counts.started++;
    route.client.calls++;
    this.#began = route.counts.seconds === null ? 0 : context.now();
    if (route.timeoutMillis === null) this.deadlineMs = null;
    else {
      this.deadlineMs = context.now() + route.timeoutMillis;
      this.#deadlineTick = context.deadlines.add(this, this.deadlineMs);
    }
  }

  /** A whole message has arrived. */
  protected abstract message(message: Uint8Array): void;
  /** The last one has. */
  protected abstract complete(): void;

  get path(): string {
    return this.#route.path;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Nothing can be sent any more. */
  protected get over(): boolean {
    return this.#over;
  }

  metadata(name: string): string | undefined {
    return fieldValue(this.#route.fields, name);
  }

  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  fail(code: GrpcStatus, message: string): void {
    if (!this.settle(code)) return;
    if (this.headSent) this.stream.end(failureTrailers({ code, message }));
    else this.stream.headers(trailersOnly({ code, message }), true);
  }

  /** Marks the call as over, with this status; false when it was so before. */
  protected settle(code: GrpcStatus): boolean {
    if (this.#over) return false;
    this.#over = true;
    const { counts } = this.#route;
    counts.over(code);
    counts.seconds?.observe((this.#context.now() - this.#began) / 1000);
    if (this.deadlineMs !== null) this.#context.deadlines.remove(this, this.#deadlineTick);
    this.release();
    return true;
  }

  /** A message of so many bytes is on its way to the client. */
  protected sent(bytes: number): void {
    this.#route.counts.sent(bytes);
  }

  /** Takes memory from the budget for a part of the request; fails the call when there is none. */
  protected charge(bytes: number): boolean {
    if (this.#context.budget.take(bytes)) {
      this.#charged += bytes;
      return true;
    }
    this.cancelWith(STATUS.resourceExhausted, "too many large requests at once; try again later");
    return false;
  }

  /** Gives back everything that was charged. */
  protected release(): void {
    this.#context.budget.give(this.#charged);
    this.#charged = 0;
  }

  /** Fails the call and tells its handler. */
  protected cancelWith(code: GrpcStatus, message: string): void {
    if (this.#over) return;
    this.fail(code, message);
    this.#cancel();
  }

  // From the deadlines.

  expire(): void {
    this.cancelWith(STATUS.deadlineExceeded, "context deadline exceeded");
  }

  // From the stream.

  received(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#over) {
      at = this.#partial === null ? this.#whole(bytes, at, end) : this.#piece(bytes, at, end);
    }
  }

  halfClosed(): void {
    if (this.#over) return;
    if (this.#partial !== null) this.cancelWith(STATUS.internal, "unexpected EOF");
    else this.complete();
  }

  aborted(): void {
    // Not when the handler has answered and only the sending is cut short.
    if (this.settle(STATUS.cancelled)) this.#cancel();
  }

  drained(): void {}

  /** Passes on a message that lies within these bytes; returns the offset behind it. */
  #whole(bytes: Uint8Array, at: number, end: number): number {
    const body = at + PREFIX_BYTES;
    if (body <= end) {
      const length = readLength(bytes, at);
      if (!this.#acceptable(bytes[at] as number, length)) return end;
      if (length <= end - body) {
        this.#route.counts.received(length);
        this.message(new Uint8Array(bytes.buffer, bytes.byteOffset + body, length));
        return body + length;
      }
    }
    this.#partial = new PartialMessage();
    return this.#piece(bytes, at, end);
  }

  #piece(bytes: Uint8Array, start: number, end: number): number {
    const partial = this.#partial as PartialMessage;
    let at = start;
    if (partial.flag === null) {
      at = partial.takePrefix(bytes, start, end);
      if (partial.flag === null || !this.#acceptable(partial.flag, partial.missing)) return end;
    }
    const count = Math.min(partial.missing, end - at);
    if (!this.charge(partial.growthFor(count))) return end;
    partial.take(bytes, at, at + count);
    if (partial.missing > 0) return end;
    this.#partial = null;
    this.release();
    this.#route.counts.received(partial.message.length);
    this.message(partial.message);
    return at + count;
  }

  #acceptable(flag: number, length: number): boolean {
    const { requestBytesMax } = this.#context;
    const { encoding } = this.#route;
    if (flag > 1) {
      this.cancelWith(STATUS.internal, `grpc: received unexpected payload format ${flag}`);
    } else if (flag === 1 && encoding === "identity") {
      const text = "grpc: compressed flag set with identity or empty encoding";
      this.cancelWith(STATUS.internal, text);
    } else if (flag === 1) {
      const text = `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`;
      this.cancelWith(STATUS.unimplemented, text);
    } else if (length > requestBytesMax) {
      const text = `grpc: received message larger than max (${length} vs. ${requestBytesMax})`;
      this.cancelWith(STATUS.resourceExhausted, text);
    } else return true;
    return false;
  }

  #cancel(): void {
    this.#cancelled = true;
    this.#onCancel?.();
  }
}
