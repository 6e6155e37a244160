import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Fence } from "./fence.ts";

/** What a lock protects, behind a {@link Fence}. A write is a line with its token, over TCP, and so is the answer. */
export class GuardedRegister {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #fence = new Fence();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy()).on("close", () => this.#sockets.delete(socket));
      createInterface({ input: socket }).on("line", (token) => {
        socket.write(this.#fence.take(Number(token)) ? "accepted\n" : "refused\n");
      });
    });
  }

  static async open(): Promise<GuardedRegister> {
    const register = new GuardedRegister();
    await new Promise<void>((done) => register.#server.listen(0, "127.0.0.1", done));
    return register;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
