import { TOO_SLOW } from "../grpc/answer-blocks.ts";
import {
  STATUS,
  type GrpcStatus,
  type Method,
  type StreamCall,
  type UnaryCall,
} from "../grpc/index.ts";

/** What waits for a client that has paused, before the server is told to wait. */
const HIGH_WATER_BYTES = 64 * 1024;
/** What is kept for one that never goes on. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** What the call's other side hears, in a later turn each time. */
export interface ExchangeEnds {
  message(bytes: Uint8Array): void;
  end(code: GrpcStatus, message: string): void;
}

/** A call in this process, as the services see it. */
export class LocalExchange implements UnaryCall, StreamCall {
  readonly path: string;
  readonly deadlineMs: number | null = null;
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #client: ExchangeEnds;
  readonly #outbox: Uint8Array[] = [];
  #outboxBytes = 0;
  #end: { readonly code: GrpcStatus; readonly message: string } | null = null;
  #over = false;
  #cancelled = false;
  #paused = false;
  #isFull = false;
  #willDeliver = false;
  #onMessage: ((message: Uint8Array) => void) | null = null;
  #onHalfClose: (() => void) | null = null;
  #onDrain: (() => void) | null = null;
  #onCancel: (() => void) | null = null;

  constructor(path: string, metadata: Readonly<Record<string, string>>, client: ExchangeEnds) {
    this.path = path;
    this.#metadata = metadata;
    this.#client = client;
  }

  // From the services.

  get cancelled(): boolean {
    return this.#cancelled;
  }

  metadata(name: string): string | undefined {
    return this.#metadata[name];
  }

  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  onMessage(callback: (message: Uint8Array) => void): void {
    this.#onMessage = callback;
  }

  onHalfClose(callback: () => void): void {
    this.#onHalfClose = callback;
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback;
  }

  respond(message: Uint8Array): void {
    this.send(message);
    this.end();
  }

  respondWith(size: number, write: (into: Uint8Array, offset: number) => void): void {
    this.sendWith(size, write);
    this.end();
  }

  send(message: Uint8Array): boolean {
    return this.sendWith(message.length, (into) => into.set(message));
  }

  sendWith(size: number, write: (into: Uint8Array, offset: number) => void): boolean {
    if (this.#over) return false;
    const message = new Uint8Array(size);
    write(message, 0);
    this.#outbox.push(message);
    this.#outboxBytes += size;
    if (this.#paused && this.#outboxBytes > KEPT_BYTES_MAX) this.#tooSlow();
    else this.#deliverSoon();
    this.#isFull = this.#outboxBytes >= HIGH_WATER_BYTES;
    return !this.#isFull;
  }

  end(): void {
    this.fail(STATUS.ok, "");
  }

  fail(code: GrpcStatus, message: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#end = { code, message };
    this.#deliverSoon();
  }

  // From the client.

  /** Hands the call to the method; a unary one wants its request with it. */
  begin(method: Method, request: Uint8Array | null): void {
    if (this.#over) return;
    if (method.kind === "stream") method.handle(this);
    else if (request !== null) method.handle(request, this);
    else this.fail(STATUS.internal, "unary request without a message");
  }

  receive(message: Uint8Array): void {
    if (!this.#over) this.#onMessage?.(message);
  }

  receiveEnd(): void {
    if (!this.#over) this.#onHalfClose?.();
  }

  cancel(): void {
    this.#outbox.length = 0;
    if (this.#over) return;
    this.#over = true;
    this.#cancelled = true;
    this.#onCancel?.();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliverSoon();
  }

  #deliverSoon(): void {
    if (this.#willDeliver) return;
    this.#willDeliver = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    this.#willDeliver = false;
    while (!this.#paused && !this.#cancelled) {
      const message = this.#outbox.shift();
      if (message === undefined) return this.#delivered();
      this.#outboxBytes -= message.length;
      this.#client.message(message);
    }
  }

  #delivered(): void {
    const end = this.#end;
    if (end !== null) {
      this.#end = null;
      this.#client.end(end.code, end.message);
    } else if (this.#isFull) {
      this.#isFull = false;
      this.#onDrain?.();
    }
  }

  /** What waits already would have to leave before an end could: it is dropped instead. */
  #tooSlow(): void {
    this.cancel();
    this.#client.end(TOO_SLOW.code, TOO_SLOW.message);
  }
}
