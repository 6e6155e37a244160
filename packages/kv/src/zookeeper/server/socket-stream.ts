import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ClientStream, ClientStreamListener } from "./client-stream.ts";

/** A client behind a socket. */
export class SocketStream implements ClientStream {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly isSecure: boolean;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.remoteAddress = remoteAddress(socket);
    this.remotePort = socket.remotePort ?? 0;
    this.isSecure = socket instanceof TLSSocket;
    this.#socket = socket;
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  get isWritable(): boolean {
    return this.#socket.writable;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  listen(listener: ClientStreamListener): void {
    this.#socket.on("data", (bytes: Uint8Array) => listener.onData(bytes));
    this.#socket.on("drain", () => listener.onDrain());
    this.#socket.on("end", () => listener.onEnd());
    // What is wrong with a socket shows in its closing.
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => listener.onClose());
  }
}

/** Where the socket's other end is, an IPv4 address in its short form. */
export function remoteAddress(socket: Socket): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}
