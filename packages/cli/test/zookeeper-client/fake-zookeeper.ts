import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What a client must send next, as hex, and what it gets for it. */
export interface Step {
  readonly asks: string;
  /** Bytes as hex, in one or several pieces; the end of the connection; or no answer at all. */
  readonly gets: string | readonly string[] | "close" | "nothing";
  /** Whether the server closes the connection behind its answer. */
  readonly ends?: true;
}

/** A server that knows one dialogue per connection, byte for byte, and nothing else. */
export class FakeZooKeeper {
  /** Where the dialogue was left, in words; empty when all of it took place. */
  readonly problems: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #dialogues: (readonly Step[])[];

  private constructor(dialogues: readonly (readonly Step[])[]) {
    this.#dialogues = [...dialogues];
    this.#server = createServer((socket) => this.#play(socket));
  }

  static async start(...dialogues: readonly (readonly Step[])[]): Promise<FakeZooKeeper> {
    const fake = new FakeZooKeeper(dialogues);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Stops, and says what of the dialogues did not take place. */
  close(): readonly string[] {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    return [...this.problems, ...this.#dialogues.map(() => "a connection was not made")];
  }

  #play(socket: Socket): void {
    this.#sockets.add(socket);
    const steps = [...(this.#dialogues.shift() ?? [])];
    let received = "";
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (steps.length > 0) this.problems.push(`left before ${steps[0]?.asks}, with ${received}`);
    });
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("hex");
      for (let step = steps[0]; step && received.length >= step.asks.length; step = steps[0]) {
        if (!received.startsWith(step.asks)) return void socket.destroy();
        steps.shift();
        received = received.slice(step.asks.length);
        answer(socket, step);
      }
      if (received !== "" && steps.length === 0) this.problems.push(`too much: ${received}`);
    });
  }
}

function answer(socket: Socket, { gets, ends }: Step): void {
  if (gets === "nothing") return;
  const pieces = typeof gets === "string" ? [gets] : gets;
  if (gets !== "close") for (const piece of pieces) socket.write(Buffer.from(piece, "hex"));
  if (gets === "close" || ends) socket.end();
}

/** A text as hex. */
export function ascii(text: string): string {
  return Buffer.from(text).toString("hex");
}
