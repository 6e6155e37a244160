import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { QuorateError } from "@quorate/core";
import type { ClientStream } from "./client-stream.ts";
import type { ServerLimits } from "./limits.ts";
import type { ListenAddress, ServerLog } from "./options.ts";
import { SocketStream } from "./socket-stream.ts";

/** What a {@link Listener} is made of. */
export interface ListenerOptions {
  readonly limits: Pick<ServerLimits, "connectionsMax" | "connectionsPerAddress">;
  readonly report: ServerLog;
  /** Takes a client that has come. */
  readonly accept: (stream: ClientStream) => void;
}

/** Where clients come in: the addresses of one member, and how many clients may come. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #servers: { readonly host: string; readonly server: Server }[] = [];
  readonly #perAddress = new Map<string, number>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** @throws `ERR_ADDRESS` when an address cannot be listened on; then none is. */
  static async open(
    addresses: readonly ListenAddress[],
    options: ListenerOptions,
  ): Promise<Listener> {
    const listener = new Listener(options);
    try {
      for (const address of addresses) await listener.#listenOn(address);
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  /** With the real ports, in the order in which they were given. */
  get addresses(): readonly ListenAddress[] {
    return this.#servers.map(({ host, server }) => {
      return { host, port: (server.address() as AddressInfo).port };
    });
  }

  /** Lets nobody in any more; resolves when all that were let in are gone. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map(
        ({ server }) => new Promise<void>((resolve) => server.close(() => resolve())),
      ),
    );
  }

  #listenOn({ host, port }: ListenAddress): Promise<void> {
    const { limits, report } = this.#options;
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        this.#admit(socket);
      });
      server.maxConnections = limits.connectionsMax;
      server.on("drop", () => {
        report.warn({ most: limits.connectionsMax }, "too many connections (maxCnxns)");
      });
      server.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that cannot be accepted leaves the others as they are.
        if (server.listening) report.warn({ why: error.message }, "cannot accept a connection");
        else reject(listenFailure(host, port, error));
      });
      server.listen(port, host, () => {
        this.#servers.push({ host, server });
        resolve();
      });
    });
  }

  #admit(socket: Socket): void {
    const { limits, report, accept } = this.#options;
    const stream = new SocketStream(socket);
    const address = stream.remoteAddress;
    const others = this.#perAddress.get(address) ?? 0;
    const most = limits.connectionsPerAddress;
    if (most > 0 && others >= most) {
      report.warn({ address, most }, "too many connections from one address (maxClientCnxns)");
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, others + 1);
    socket.once("close", () => this.#left(address));
    accept(stream);
  }

  #left(address: string): void {
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, others);
  }
}

function listenFailure(host: string, port: number, error: NodeJS.ErrnoException): QuorateError {
  const why =
    error.code === "EADDRINUSE"
      ? "another process listens there; stop it or choose another clientPort"
      : error.message;
  const message = `cannot listen for clients on ${host}:${port}: ${why}`;
  return new QuorateError("ERR_ADDRESS", message, { cause: error });
}
