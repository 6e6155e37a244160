import { STATUS, type GrpcStatus, type Method, type Services } from "../grpc/index.ts";
import {
  CLOSED,
  type Channel,
  type ClientStream,
  type StreamOptions,
  type StreamSink,
  type UnaryOptions,
} from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import { LocalCall } from "./local-call.ts";
import { unaryCall } from "./unary-call.ts";

type Metadata = Readonly<Record<string, string>>;

/**
 * Calls the services of a member in this very process, without sockets. As over a network, bytes are
 * copied, and nothing is heard before the turn is over in which it was said.
 */
export class LocalChannel implements Channel {
  readonly #services: () => Services | null;
  readonly #clock: ClientClock;
  readonly #calls = new Set<LocalCall>();
  #closed = false;

  /** @param services - the member's methods as of now; null while it is down */
  constructor(services: () => Services | null, clock: ClientClock) {
    this.#services = services;
    this.#clock = clock;
  }

  unary(path: string, request: Uint8Array, options: UnaryOptions): Promise<Uint8Array> {
    return unaryCall(this.#clock, request, options, (sink) => {
      const call = this.#call(path, {}, options.repeatable, sink);
      return {
        send: (bytes) => call.send(bytes),
        halfClose: () => call.halfClose(),
        cancel: () => call.cancel(),
        late: () => call.fail("DEADLINE_EXCEEDED", "no answer in time"),
      };
    });
  }

  stream(path: string, sink: StreamSink, { needsLeader }: StreamOptions): ClientStream {
    const call = this.#call(path, needsLeader ? { hasleader: "true" } : {}, true, sink);
    return {
      send: (bytes) => call.send(bytes),
      halfClose: () => call.halfClose(),
      cancel: () => call.cancel(),
      abandon: () => call.cancel(),
      pause: () => call.pause(),
      resume: () => call.resume(),
    };
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#calls) call.fail("CANCELLED", CLOSED);
  }

  #call(path: string, metadata: Metadata, repeatable: boolean, sink: StreamSink): LocalCall {
    const services = this.#closed ? null : this.#services();
    const method = services?.get(path);
    const call = new LocalCall({
      path,
      method: method ?? this.#refusal(path, services),
      metadata,
      // What is refused here has reached nobody.
      repeatable: repeatable || method === undefined,
      sink,
      over: () => this.#calls.delete(call),
    });
    this.#calls.add(call);
    return call;
  }

  #refusal(path: string, services: Services | null): Method {
    if (this.#closed) return refusing(STATUS.cancelled, CLOSED);
    if (services === null) return refusing(STATUS.unavailable, "the member is down");
    return refusing(STATUS.unimplemented, `unknown method ${path}`);
  }
}

function refusing(code: GrpcStatus, message: string): Method {
  return { kind: "stream", handle: (call) => call.fail(code, message) };
}
