import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What a client must send next, as hex, and what it gets for it. */
export interface Step {
  readonly asks: string;
  /** Bytes as hex, in one or several pieces; the end of the connection; or no answer, to this or to anything. */
  readonly gets: string | readonly string[] | "close" | "nothing" | "silence";
  /** Whether the server closes the connection behind its answer. */
  readonly ends?: true;
}

/** What keeps a session alive. */
export const PING = "00000008fffffffe0000000b";
export const PONG = "00000010fffffffe000000010000000200000000";

/** A server that knows one dialogue per connection, byte for byte, and nothing else. */
export class FakeZooKeeper {
  /** Where the dialogue was left, in words; empty when all of it took place. */
  readonly problems: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #dialogues: (readonly Step[])[];
  /** What is left of the dialogues that began. */
  readonly #left: (readonly Step[])[] = [];

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
    const unasked = this.#left.flat().map(({ asks }) => `nobody asked ${asks}`);
    return [
      ...this.problems,
      ...unasked,
      ...this.#dialogues.map(() => "a connection was not made"),
    ];
  }

  #play(socket: Socket): void {
    this.#sockets.add(socket);
    const steps = [...(this.#dialogues.shift() ?? [])];
    this.#left.push(steps);
    let received = "";
    let isSilent = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      if (isSilent) return;
      received += chunk.toString("hex");
      // However often it comes, where no step is about it.
      while (received.startsWith(PING) && steps[0]?.asks !== PING) {
        received = received.slice(PING.length);
        socket.write(Buffer.from(PONG, "hex"));
      }
      for (let step = steps[0]; step && received.length >= step.asks.length; step = steps[0]) {
        if (!received.startsWith(step.asks)) {
          this.problems.push(`instead of ${step.asks}: ${received}`);
          return void socket.destroy();
        }
        steps.shift();
        received = received.slice(step.asks.length);
        answer(socket, step);
        isSilent = step.gets === "silence";
      }
      if (received !== "" && steps.length === 0) this.problems.push(`too much: ${received}`);
    });
  }
}

function answer(socket: Socket, { gets, ends }: Step): void {
  if (gets === "nothing" || gets === "silence") return;
  const pieces = typeof gets === "string" ? [gets] : gets;
  if (gets !== "close") for (const piece of pieces) socket.write(Buffer.from(piece, "hex"));
  if (gets === "close" || ends) socket.end();
}

/** A text as hex. */
export function ascii(text: string): string {
  return Buffer.from(text).toString("hex");
}
