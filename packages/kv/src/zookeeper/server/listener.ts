import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { QuorateError } from "@quorate/core";
import type { Identity } from "../access/index.ts";
import type { ClientStream } from "./client-stream.ts";
import type { Handshakes } from "./handshakes.ts";
import type { ServerLimits } from "./limits.ts";
import type { Door, ListenAddress, ServerLog } from "./options.ts";
import { remoteAddress, SocketStream } from "./socket-stream.ts";

/** What a {@link Listener} is made of. */
export interface ListenerOptions {
  readonly limits: Pick<ServerLimits, "connectionsMax" | "connectionsPerAddress">;
  readonly report: ServerLog;
  /** Takes a client that has come, and who it has proved to be. */
  readonly accept: (stream: ClientStream, proved: readonly Identity[]) => void;
  /** A client was not let in, as there are too many. */
  readonly rejected?: () => void;
}

/** Where clients come in: the addresses of one member, and how many clients may come. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #servers: { readonly door: Door; readonly server: Server }[] = [];
  readonly #perAddress = new Map<string, number>();
  /** Sockets whose handshake is not over, by where they come from. */
  readonly #shaking = new Map<string, Socket>();
  #clients = 0;

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** @throws `ERR_ADDRESS` when an address cannot be listened on; then none is. */
  static async open(doors: readonly Door[], options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    try {
      for (const door of doors) await listener.#listenOn(door);
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  /** With the real ports, in the order in which they were given. */
  get addresses(): readonly ListenAddress[] {
    return this.#servers.map(({ door: { host }, server }) => ({ host, port: portOf(server) }));
  }

  /** The real port of one of the doors that were given; null for another. */
  portOf(door: Door | null): number | null {
    const found = this.#servers.find((other) => other.door === door);
    return found === undefined ? null : portOf(found.server);
  }

  /** Lets nobody in any more; resolves when all that were let in are gone. */
  async close(): Promise<void> {
    for (const socket of this.#shaking.values()) socket.destroy();
    await Promise.all(
      this.#servers.map(
        ({ server }) => new Promise<void>((resolve) => server.close(() => resolve())),
      ),
    );
  }

  #listenOn(door: Door): Promise<void> {
    const { host, port, handshakes } = door;
    const { report } = this.#options;
    handshakes?.onSecured((socket, proved) => {
      this.#shaking.delete(originOf(socket));
      this.#accept(socket, proved);
    });
    return new Promise((resolve, reject) => {
      // Nobody leaves in the middle of a handshake and reads on.
      const allowHalfOpen = handshakes === undefined;
      const server = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
        if (!this.#admit(socket)) return;
        if (handshakes === undefined) this.#accept(socket, []);
        else this.#shake(socket, handshakes);
      });
      server.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that cannot be accepted leaves the others as they are.
        if (server.listening) report.warn({ why: error.message }, "cannot accept a connection");
        else reject(listenFailure(door, error));
      });
      server.listen(port, host, () => {
        this.#servers.push({ door, server });
        resolve();
      });
    });
  }

  #shake(socket: Socket, handshakes: Handshakes): void {
    const origin = originOf(socket);
    this.#shaking.set(origin, socket);
    socket.once("close", () => this.#shaking.delete(origin));
    handshakes.begin(socket);
  }

  #accept(socket: Socket, proved: readonly Identity[]): void {
    this.#options.accept(new SocketStream(socket), proved);
  }

  /** Counts the client, at whatever door, before anything is spent on it. */
  #admit(socket: Socket): boolean {
    const { connectionsMax, connectionsPerAddress } = this.#options.limits;
    const address = remoteAddress(socket);
    const others = this.#perAddress.get(address) ?? 0;
    if (this.#clients >= connectionsMax) {
      return this.#reject(socket, { most: connectionsMax }, "too many connections (maxCnxns)");
    }
    if (connectionsPerAddress > 0 && others >= connectionsPerAddress) {
      const fields = { address, most: connectionsPerAddress };
      const why = "too many connections from one address (maxClientCnxns)";
      return this.#reject(socket, fields, why);
    }
    this.#clients++;
    this.#perAddress.set(address, others + 1);
    // What is wrong with a socket shows in its closing, before there is a stream of it, too.
    socket.on("error", () => {});
    socket.once("close", () => this.#left(address));
    return true;
  }

  #reject(socket: Socket, fields: Readonly<Record<string, unknown>>, why: string): false {
    socket.destroy();
    this.#options.rejected?.();
    this.#options.report.warn(fields, why);
    return false;
  }

  #left(address: string): void {
    this.#clients--;
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, others);
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Names one of the connections that there are. */
function originOf(socket: Socket): string {
  return `${socket.localPort} ${socket.remotePort} ${socket.remoteAddress}`;
}

function listenFailure(
  { host, port, handshakes }: Door,
  error: NodeJS.ErrnoException,
): QuorateError {
  const key = handshakes === undefined ? "clientPort" : "secureClientPort";
  const why =
    error.code === "EADDRINUSE"
      ? `another process listens there; stop it or choose another ${key}`
      : error.message;
  const message = `cannot listen for clients on ${host}:${port}: ${why}`;
  return new QuorateError("ERR_ADDRESS", message, { cause: error });
}
