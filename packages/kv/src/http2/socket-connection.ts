import type { Socket } from "node:net";
import type { Http2Connection } from "./connection.ts";
import type { ByteSink } from "./outbound.ts";

/** After the last byte the peer may still be sending; a reset would destroy what it has not read. */
const LINGER_MILLIS = 1_000;

/** Joins one HTTP/2 connection to its socket. */
export class SocketConnection<Route> implements ByteSink {
  readonly #socket: Socket;
  readonly #connection: Http2Connection<Route>;
  /** Whether the listener has it in its list of connections to flush. */
  listed = false;
  #endedAt: number | null = null;

  constructor(socket: Socket, connection: Http2Connection<Route>, onClose: () => void) {
    this.#socket = socket;
    this.#connection = connection;
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => {
      connection.closed();
      socket.end();
    });
    socket.on("close", () => {
      connection.closed();
      onClose();
    });
  }

  /** Bytes that came with the decision that this is HTTP/2. */
  begin(chunk: Uint8Array): void {
    this.#receive(chunk);
    this.#socket.resume();
  }

  flush(now: number): void {
    this.listed = false;
    if (this.#socket.destroyed) return;
    if (this.#socket.writable) this.#connection.flush(this);
    this.#connection.flushed(this.#socket.writableLength);
    if (!this.#connection.finished || this.#endedAt !== null) return;
    this.#endedAt = now;
    this.#socket.end();
  }

  write(pieces: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) socket.write(only);
    else {
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    }
    // A write that the kernel took whole is over when `write` returns.
    return socket.writableLength === 0;
  }

  tick(now: number): void {
    if (this.#endedAt !== null && now - this.#endedAt >= LINGER_MILLIS) this.destroy();
    else if (!this.#connection.finished) this.#connection.tick();
  }

  shutDown(): void {
    this.#connection.shutDown();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    this.#connection.receive(chunk);
    // A peer that does not read its answers gets no more questions in.
    if (this.#connection.congested) this.#socket.pause();
  }

  #drained(): void {
    this.#connection.flushed(this.#socket.writableLength);
    if (!this.#connection.congested) this.#socket.resume();
  }
}
