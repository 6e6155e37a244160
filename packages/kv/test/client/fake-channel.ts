import type {
  Channel,
  ClientStream,
  StreamOptions,
  StreamSink,
  UnaryOptions,
} from "../../src/client/channel.ts";
import type { EtcdError } from "../../src/client/etcd-error.ts";

/** A call that waits for the test to answer it. */
export interface FakeCall {
  readonly method: string;
  readonly request: Uint8Array;
  readonly options: UnaryOptions;
  readonly respond: (answer: Uint8Array) => void;
  readonly fail: (error: unknown) => void;
}

/** A stream whose server is the test. */
export class FakeStream implements ClientStream {
  readonly method: string;
  readonly options: StreamOptions;
  readonly sent: Uint8Array[] = [];
  readonly #sink: StreamSink;
  /** How it was ended, by the client or by the test. */
  ended: "open" | "cancelled" | "abandoned" | "half-closed" | "by the server" = "open";
  paused = false;

  constructor(method: string, sink: StreamSink, options: StreamOptions) {
    this.method = method;
    this.#sink = sink;
    this.options = options;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  halfClose(): void {
    this.ended = "half-closed";
  }

  cancel(): void {
    this.ended = "cancelled";
  }

  abandon(): void {
    this.ended = "abandoned";
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** What was sent since the last time. */
  takeSent(): readonly Uint8Array[] {
    return this.sent.splice(0);
  }

  message(bytes: Uint8Array): void {
    this.#sink.message(bytes);
  }

  end(error: EtcdError | null): void {
    this.ended = "by the server";
    this.#sink.end(error);
  }
}

/** A channel whose server is the test. */
export class FakeChannel implements Channel {
  readonly calls: FakeCall[] = [];
  readonly streams: FakeStream[] = [];
  closed = false;

  unary(method: string, request: Uint8Array, options: UnaryOptions): Promise<Uint8Array> {
    return new Promise((respond, fail) => {
      this.calls.push({ method, request, options, respond, fail });
    });
  }

  stream(method: string, sink: StreamSink, options: StreamOptions): ClientStream {
    const stream = new FakeStream(method, sink, options);
    this.streams.push(stream);
    return stream;
  }

  close(): void {
    this.closed = true;
  }

  /** The oldest call that is not answered yet. */
  takeCall(): FakeCall {
    const call = this.calls.shift();
    if (call === undefined) throw new Error("no call was made");
    return call;
  }

  /** The stream that was opened last. */
  get lastStream(): FakeStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error("no stream was opened");
    return stream;
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise that the test settles. */
export class Deferred<Value> {
  resolve: (value: Value) => void = () => undefined;
  readonly promise: Promise<Value> = new Promise((resolve) => (this.resolve = resolve));
}
