import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a lock protects: it takes a write only with a token that is no smaller than the greatest it has seen. */
export class GuardedRegister {
  readonly #server: Server;
  #greatest = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const token = Number(body);
        const isStale = token < this.#greatest;
        if (!isStale) this.#greatest = token;
        response.writeHead(isStale ? 409 : 200).end();
      });
    });
  }

  static async open(): Promise<GuardedRegister> {
    const register = new GuardedRegister();
    await new Promise<void>((done) => register.#server.listen(0, "127.0.0.1", done));
    return register;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The greatest token that came with a write. */
  get greatest(): number {
    return this.#greatest;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
