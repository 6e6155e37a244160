import type { Server } from "node:http";
import type { Socket } from "node:net";

/** A client that says nothing for so long within a request is not waited for. */
const SILENCE_MILLIS = 60_000;

/** The sockets that were handed to an HTTP/1 server, which does not know that it has to close them. */
export class Http1Sockets {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  #closing = false;

  constructor(server: Server) {
    this.#server = server;
    // The server sets it again behind each answer, and 0 would be for ever.
    if (server.timeout === 0) server.timeout = SILENCE_MILLIS;
    server.on("request", (request, response) => {
      const { socket } = request;
      this.#busy.add(socket);
      response.once("close", () => {
        this.#busy.delete(socket);
        if (this.#closing) socket.end();
      });
    });
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** Hands over a paused socket with what was read from it. */
  take(socket: Socket, read: Uint8Array): void {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#busy.delete(socket);
    });
    socket.setTimeout(this.#server.timeout);
    socket.unshift(read);
    this.#server.emit("connection", socket);
    socket.resume();
  }

  /** Closes what is idle, and the rest behind its answer. */
  shutDown(): void {
    this.#closing = true;
    for (const socket of this.#sockets) if (!this.#busy.has(socket)) socket.destroy();
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
