import type { OutgoingHttpHeaders } from "node:http2";
import {
  CLOSED,
  type Channel,
  type ClientStream,
  type StreamOptions,
  type StreamSink,
  type UnaryOptions,
} from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import { GrpcCall } from "./grpc-call.ts";
import { GrpcConnection, type ConnectionPatience } from "./grpc-connection.ts";
import { unaryCall } from "./unary-call.ts";

/** gRPC's header has no more than eight digits. */
const TIMEOUT_MILLIS_MAX = 99_999_999;

/** Calls to one endpoint; connects when it is needed, and again when the connection is gone. */
export class GrpcChannel implements Channel {
  readonly #endpoint: string;
  readonly #clock: ClientClock;
  readonly #patience: ConnectionPatience;
  /** The last is for new calls; the others end with those that they have. */
  readonly #connections = new Set<GrpcConnection>();
  #current: GrpcConnection | null = null;
  #closed = false;

  /** @param endpoint - `http://host:port` */
  constructor(endpoint: string, clock: ClientClock, patience: ConnectionPatience) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#patience = patience;
  }

  unary(method: string, request: Uint8Array, options: UnaryOptions): Promise<Uint8Array> {
    const deadline = this.#clock.now() + options.timeoutMillis;
    const headers = (): OutgoingHttpHeaders => {
      const left = Math.ceil(deadline - this.#clock.now());
      const timeout = Math.min(Math.max(left, 1), TIMEOUT_MILLIS_MAX);
      return { ...headersOf(method), "grpc-timeout": `${timeout}m` };
    };
    return unaryCall(this.#clock, request, options, (sink) => {
      const call = new GrpcCall(this.#endpoint, options.repeatable, sink);
      this.#run(call, headers);
      return {
        send: (bytes) => call.send(bytes),
        halfClose: () => call.halfClose(),
        cancel: () => call.cancel(),
        late: () => this.#late(call),
      };
    });
  }

  stream(method: string, sink: StreamSink, { needsLeader }: StreamOptions): ClientStream {
    const call = new GrpcCall(this.#endpoint, true, sink);
    const leader = needsLeader ? { hasleader: "true" } : {};
    this.#run(call, () => ({ ...headersOf(method), ...leader }));
    return {
      send: (bytes) => call.send(bytes),
      halfClose: () => call.halfClose(),
      pause: () => call.pause(),
      resume: () => call.resume(),
      cancel: () => call.cancel(),
      abandon: () => {
        call.cancel();
        this.#current?.probe();
      },
    };
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.close();
  }

  #run(call: GrpcCall, headers: () => OutgoingHttpHeaders): void {
    if (this.#closed) return queueMicrotask(() => call.fail("CANCELLED", CLOSED));
    if (!this.#current?.isUsable) this.#connect();
    this.#current?.run(call, headers);
  }

  #connect(): void {
    const connection = new GrpcConnection(this.#endpoint, this.#clock, this.#patience, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    this.#current = connection;
  }

  #late(call: GrpcCall): void {
    if (call.isBegun) {
      call.fail("DEADLINE_EXCEEDED", `no answer from ${this.#endpoint} in time`);
      this.#current?.probe();
    } else {
      call.fail("UNAVAILABLE", `cannot connect to ${this.#endpoint}: no connection in time`);
    }
  }
}

function headersOf(method: string): OutgoingHttpHeaders {
  return {
    ":method": "POST",
    ":path": method,
    "content-type": "application/grpc",
    te: "trailers",
  };
}
