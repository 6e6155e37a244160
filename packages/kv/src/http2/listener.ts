import type { Server as Http1Server } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { QuorateError } from "@quorate/core";
import type { Clock } from "./clock.ts";
import { Http2Connection, type RequestHandler } from "./connection.ts";
import { Http1Sockets } from "./http1-sockets.ts";
import { HTTP2_LIMITS, type Http2Limits } from "./limits.ts";
import { nodeClock } from "./node-clock.ts";
import { SlabPool } from "./outbound.ts";
import { SocketConnection } from "./socket-connection.ts";

/** What a listener is made of. */
export interface ListenerOptions<Route> {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly handler: RequestHandler<Route>;
  /** Gets the sockets that speak HTTP/1; without it they are closed. It need not listen itself. */
  readonly http1?: Http1Server;
  readonly limits?: Partial<Http2Limits>;
  /** Sockets open at once, whatever they speak. */
  readonly connectionsMax?: number;
  readonly clock?: Clock;
  /** Runs a callback at the end of the turn of the loop: when output is written. */
  readonly defer?: (callback: () => void) => void;
}

const CONNECTIONS_MAX = 16_384;
const TICK_MILLIS = 1_000;

/** As many first bytes as tell the protocols apart: no HTTP/1 method begins like the preface. */
const TELLING_BYTES = 3;

/**
 * Accepts connections on one port: HTTP/2 with prior knowledge is served here, HTTP/1 is handed
 * on. Output of all connections is written once for every turn of the loop.
 */
export class Http2Listener<Route> {
  readonly #options: ListenerOptions<Route>;
  readonly #limits: Http2Limits;
  readonly #clock: Clock;
  readonly #defer: (callback: () => void) => void;
  readonly #server: Server;
  readonly #http1: Http1Sockets | null;
  readonly #pool = new SlabPool();
  readonly #connections = new Set<SocketConnection<Route>>();
  /** Accepted, but nobody knows yet what they speak; with the time of their arrival. */
  readonly #undecided = new Map<Socket, number>();
  #toFlush: SocketConnection<Route>[] = [];
  #stopTicking: () => void = () => {};

  private constructor(options: ListenerOptions<Route>) {
    this.#options = options;
    this.#limits = { ...HTTP2_LIMITS, ...options.limits };
    this.#clock = options.clock ?? nodeClock;
    this.#defer = options.defer ?? setImmediate;
    this.#http1 = options.http1 === undefined ? null : new Http1Sockets(options.http1);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#accept(socket);
    });
    this.#server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  }

  /** @throws {@link QuorateError} `ERR_ADDRESS` when the address cannot be listened on */
  static async start<Route>(options: ListenerOptions<Route>): Promise<Http2Listener<Route>> {
    const listener = new Http2Listener(options);
    await listener.#listen();
    return listener;
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sockets open now: HTTP/2, HTTP/1, and those that have not said anything. */
  get connections(): number {
    return this.#connections.size + this.#undecided.size + (this.#http1?.size ?? 0);
  }

  /** Writes what was answered so far without waiting for the end of the turn. */
  flush(): void {
    const now = this.#clock.now();
    const connections = this.#toFlush;
    this.#toFlush = [];
    for (const connection of connections) connection.flush(now);
  }

  /** Accepts nothing any more, lets requests end for so long, and closes everything. */
  async close(graceMillis: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#undecided.keys()) socket.destroy();
    for (const connection of this.#connections) connection.shutDown();
    this.#http1?.shutDown();
    const cancel = this.#clock.after(graceMillis, () => {
      for (const connection of this.#connections) connection.destroy();
      this.#http1?.destroy();
    });
    await closed;
    cancel();
    this.#stopTicking();
  }

  #listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const why =
          error.code === "EADDRINUSE"
            ? "another process listens there; stop it or choose another port"
            : error.message;
        const message = `cannot listen for clients on ${host}:${port}: ${why}`;
        reject(new QuorateError("ERR_ADDRESS", message, { cause: error }));
      });
      this.#server.listen(port, host, () => {
        this.#server.removeAllListeners("error");
        // Running out of descriptors while accepting passes when connections are closed.
        this.#server.on("error", () => {});
        this.#tick();
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    let read: Uint8Array | null = null;
    const onData = (chunk: Uint8Array): void => {
      read = read === null ? chunk : Buffer.concat([read, chunk]);
      if (read.length < TELLING_BYTES) return;
      socket.off("data", onData);
      socket.off("end", onEnd);
      socket.pause();
      this.#undecided.delete(socket);
      this.#hand(socket, read);
    };
    const onEnd = (): void => {
      socket.destroy();
    };
    // What is wrong with a socket shows in its closing.
    socket.on("error", () => {});
    socket.once("close", () => this.#undecided.delete(socket));
    this.#undecided.set(socket, this.#clock.now());
    socket.on("data", onData);
    socket.on("end", onEnd);
  }

  #hand(socket: Socket, read: Uint8Array): void {
    if (read[0] === 0x50 && read[1] === 0x52 && read[2] === 0x49) return this.#serve(socket, read);
    const first = read[0] ?? 0;
    const looksLikeMethod = first >= 0x41 && first <= 0x5a;
    if (this.#http1 !== null && looksLikeMethod) this.#http1.take(socket, read);
    else socket.destroy();
  }

  #serve(socket: Socket, read: Uint8Array): void {
    const http2 = new Http2Connection({
      limits: this.#limits,
      handler: this.#options.handler,
      pool: this.#pool,
      now: () => this.#clock.now(),
      wantFlush: () => this.#wantFlush(connection),
    });
    const connection: SocketConnection<Route> = new SocketConnection(socket, http2, () => {
      this.#connections.delete(connection);
    });
    this.#connections.add(connection);
    http2.open();
    connection.begin(read);
  }

  #wantFlush(connection: SocketConnection<Route>): void {
    if (connection.listed) return;
    connection.listed = true;
    this.#toFlush.push(connection);
    if (this.#toFlush.length === 1) this.#defer(() => this.flush());
  }

  #tick(): void {
    this.#stopTicking = this.#clock.after(TICK_MILLIS, () => {
      const now = this.#clock.now();
      for (const connection of this.#connections) connection.tick(now);
      for (const [socket, since] of this.#undecided) {
        if (now - since >= this.#limits.prefaceMillis) socket.destroy();
      }
      this.#tick();
    });
  }
}
