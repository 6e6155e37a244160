import { STATUS, type Method } from "../grpc/index.ts";
import type { ClientStream, StreamSink } from "./channel.ts";
import { codeOfStatus, EtcdError, isUncertain, type EtcdErrorCode } from "./etcd-error.ts";
import { LocalExchange } from "./local-exchange.ts";

/** How a call in this process is made. */
export interface LocalCallOptions {
  readonly path: string;
  readonly method: Method;
  readonly metadata: Readonly<Record<string, string>>;
  readonly repeatable: boolean;
  readonly sink: StreamSink;
  /** Called once, when it is over for whichever reason. */
  readonly over: () => void;
}

/** A call in this process, as the client sees it: what it says is heard in a later turn. */
export class LocalCall implements Omit<ClientStream, "abandon"> {
  readonly #options: LocalCallOptions;
  readonly #exchange: LocalExchange;
  #request: Uint8Array | null = null;
  #over = false;

  constructor(options: LocalCallOptions) {
    const { path, method, metadata, sink } = options;
    this.#options = options;
    this.#exchange = new LocalExchange(path, metadata, {
      message: (bytes) => {
        if (!this.#over) sink.message(bytes);
      },
      end: (code, message) => {
        if (code === STATUS.ok) this.#end(null);
        else this.fail(codeOfStatus(code), message);
      },
    });
    if (method.kind === "stream") queueMicrotask(() => this.#exchange.begin(method, null));
  }

  send(bytes: Uint8Array): void {
    const message = bytes.slice();
    if (this.#options.method.kind === "unary") this.#request = message;
    else queueMicrotask(() => this.#exchange.receive(message));
  }

  halfClose(): void {
    const { method } = this.#options;
    if (method.kind === "stream") queueMicrotask(() => this.#exchange.receiveEnd());
    else queueMicrotask(() => this.#exchange.begin(method, this.#request));
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.over();
    queueMicrotask(() => this.#exchange.cancel());
  }

  pause(): void {
    this.#exchange.pause();
  }

  resume(): void {
    this.#exchange.resume();
  }

  /** Ends the call for its sink. */
  fail(code: EtcdErrorCode, message: string): void {
    const maybeApplied = !this.#options.repeatable && isUncertain(code);
    this.#end(new EtcdError(code, message, { maybeApplied }));
  }

  #end(error: EtcdError | null): void {
    if (this.#over) return;
    this.cancel();
    this.#options.sink.end(error);
  }
}
