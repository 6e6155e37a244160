import type { Server as Http1Server } from "node:http";
import { Http2Listener, nodeClock, type Clock, type Http2Limits } from "../http2/index.ts";
import type { CallCounts } from "./call-counts.ts";
import { Deadlines } from "./deadlines.ts";
import { RequestBudget } from "../service/request-budget.ts";
import { GrpcHandler } from "./request-handler.ts";
import type { Services } from "./service.ts";

/** Bounds of a gRPC server. */
export interface GrpcLimits extends Http2Limits {
  /** Sockets open at once, whatever they speak. */
  readonly connectionsMax: number;
  /** Size of one request message. */
  readonly requestBytesMax: number;
  /** Requests that have begun to arrive and do not lie in one frame, over all connections. */
  readonly requestBytesUnderWay: number;
}

/** etcd's 1.5 MiB for a request, and room for what surrounds it. */
const REQUEST_BYTES_MAX = 2 * 1024 * 1024;
const REQUEST_BYTES_UNDER_WAY = 256 * 1024 * 1024;

/** What a server is made of. */
export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly services: Services;
  /**
   * Answers HTTP/1 on the same port; it need not listen itself. Its `timeout` bounds the silence
   * of clients.
   */
  readonly http1?: Http1Server;
  /** Counts the calls of the same services, of several servers together. */
  readonly counts?: CallCounts;
  readonly limits?: Partial<GrpcLimits>;
  readonly clock?: Clock;
  /** Runs a callback at the end of the turn of the loop: when answers are written. */
  readonly defer?: (callback: () => void) => void;
}

/** A server that runs. */
export interface GrpcServer {
  readonly port: number;
  /** Sockets open now. */
  readonly connections: number;
  /** Writes the answers given so far, where the end of the turn would be too late. */
  flush(): void;
  /** Refuses new calls, lets the open ones end for so long, and closes everything. */
  close(graceMillis: number): Promise<void>;
}

/**
 * Serves gRPC without TLS, and HTTP/1 beside it.
 *
 * @throws `ERR_ADDRESS` when the address cannot be listened on
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { limits = {}, clock = nodeClock, services, counts, ...listenerOptions } = options;
  const context = {
    deadlines: new Deadlines(clock),
    budget: new RequestBudget(limits.requestBytesUnderWay ?? REQUEST_BYTES_UNDER_WAY),
    requestBytesMax: limits.requestBytesMax ?? REQUEST_BYTES_MAX,
    now: () => clock.now(),
  };
  const handler = new GrpcHandler(services, context, counts);
  const { connectionsMax } = limits;
  return Http2Listener.start({
    ...listenerOptions,
    limits,
    clock,
    handler,
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
  });
}
