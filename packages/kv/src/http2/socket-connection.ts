import type { Duplex } from "node:stream";
import type { Http2Connection } from "./connection.ts";
import type { ByteSink } from "./outbound.ts";

/** After the last byte the peer may still be sending; a reset would destroy what it has not read. */
const LINGER_MILLIS = 1_000;

/** A peer that takes none of the last bytes for so long will not take them any more. */
const STALL_MILLIS = 20_000;

/** Joins one HTTP/2 connection to its socket. */
export class SocketConnection<Route> implements ByteSink {
  readonly #socket: Duplex;
  readonly #connection: Http2Connection<Route>;
  /** Whether the listener has it in its list of connections to flush. */
  listed = false;
  #paused = false;
  /** When the last byte was handed to the socket, or the socket last got rid of some. */
  #endedAt: number | null = null;
  #unsentAtEnd = 0;

  constructor(socket: Duplex, connection: Http2Connection<Route>, onClose: () => void) {
    this.#socket = socket;
    this.#connection = connection;
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.on("drain", () => this.#flushed());
    // What was answered so far is written before the socket is closed.
    socket.on("end", () => connection.closed());
    socket.on("close", () => {
      connection.closed();
      onClose();
    });
  }

  /** Bytes that came with the decision that this is HTTP/2. */
  begin(chunk: Uint8Array): void {
    this.#socket.resume();
    this.#receive(chunk);
  }

  flush(now: number): void {
    this.listed = false;
    if (this.#socket.destroyed) return;
    if (this.#socket.writable) this.#connection.flush(this);
    this.#flushed();
    if (!this.#connection.finished || this.#endedAt !== null) return;
    this.#endedAt = now;
    this.#unsentAtEnd = this.#socket.writableLength;
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
    if (this.#endedAt === null) return this.#connection.tick();
    const unsent = this.#socket.writableLength;
    if (unsent < this.#unsentAtEnd) this.#endedAt = now;
    this.#unsentAtEnd = unsent;
    const patience = unsent > 0 ? STALL_MILLIS : LINGER_MILLIS;
    if (now - this.#endedAt >= patience) this.destroy();
  }

  shutDown(): void {
    this.#connection.shutDown();
  }

  destroy(): void {
    // Now, not with the socket's own event: whoever closes the server may rely on it.
    this.#connection.closed();
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    this.#connection.receive(chunk);
    if (!this.#connection.congested) return;
    // A peer that does not read its answers gets no more questions in.
    this.#paused = true;
    this.#socket.pause();
  }

  /** Some output has left: for the socket, or from it. */
  #flushed(): void {
    this.#connection.flushed(this.#socket.writableLength);
    if (!this.#paused || this.#connection.congested) return;
    this.#paused = false;
    this.#socket.resume();
  }
}
