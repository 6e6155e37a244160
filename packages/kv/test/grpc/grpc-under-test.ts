import { CallCounts, type CallCountsOptions } from "../../src/grpc/call-counts.ts";
import { Deadlines } from "../../src/grpc/deadlines.ts";
import { RequestBudget } from "../../src/service/request-budget.ts";
import { GrpcHandler } from "../../src/grpc/request-handler.ts";
import type { Route } from "../../src/grpc/route.ts";
import type { Services, StreamCall, UnaryCall } from "../../src/grpc/service.ts";
import type { Http2Limits } from "../../src/http2/limits.ts";
import { ConnectionUnderTest } from "../http2/connection-under-test.ts";
import { FakeClock } from "../http2/fake-clock.ts";

export interface GrpcUnderTestOptions {
  readonly requestBytesMax?: number;
  readonly budgetBytes?: number;
  readonly limits?: Partial<Http2Limits>;
  readonly counted?: CallCountsOptions;
}

/** gRPC on a connection without a socket, with calls that the test answers. */
export class GrpcUnderTest {
  readonly clock = new FakeClock();
  readonly counts: CallCounts;
  readonly peer: ConnectionUnderTest<Route>;
  /** Unary calls that have begun, with their requests. */
  readonly unary: { readonly request: Uint8Array; readonly call: UnaryCall }[] = [];
  readonly streams: StreamCall[] = [];
  /** What handlers heard. */
  readonly told: string[] = [];

  constructor(options: GrpcUnderTestOptions = {}) {
    const { requestBytesMax = 100_000, budgetBytes = 1_000_000, limits = {} } = options;
    const services = this.#services();
    const context = {
      deadlines: new Deadlines(this.clock),
      budget: new RequestBudget(budgetBytes),
      requestBytesMax,
      now: () => this.clock.now(),
    };
    this.counts = new CallCounts(services, options.counted);
    const handler = new GrpcHandler(services, context, this.counts);
    this.peer = ConnectionUnderTest.ready(handler, limits);
  }

  #services(): Services {
    return new Map([
      ["/t.Echo/Say", { kind: "unary", handle: (request, call) => call.respond(request) }],
      [
        "/t.Echo/Wait",
        {
          kind: "unary",
          handle: (request, call) => {
            this.unary.push({ request, call });
            call.onCancel(() => this.told.push("cancelled"));
          },
        },
      ],
      ["/t.Echo/Chat", { kind: "stream", handle: (call) => this.#chat(call) }],
    ]);
  }

  #chat(call: StreamCall): void {
    this.streams.push(call);
    call.onMessage((message) => this.told.push(`message ${message.length}`));
    call.onHalfClose(() => this.told.push("half-closed"));
    call.onDrain(() => this.told.push("drained"));
    call.onCancel(() => this.told.push("cancelled"));
  }
}

/** A message as it is framed. */
export function framed(message: Uint8Array | string, flag = 0): Buffer {
  const body = Buffer.from(message);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}
