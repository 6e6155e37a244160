import { connect, type Socket } from "node:net";
import { FrameParser, FrameTeller } from "./wire.ts";

/** A socket on which a test says what it likes, and waits for what it is answered. */
export class RawClient {
  readonly socket: Socket;
  /** Frames that came, as lines. */
  readonly lines: string[] = [];
  /** Resolves when the socket is closed, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #parser = new FrameParser();
  readonly #teller = new FrameTeller();
  #waiting: { readonly count: number; readonly done: () => void }[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawClient(socket)));
    });
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Begins to read frames. */
  read(): this {
    this.socket.on("data", (chunk: Buffer) => {
      for (const frame of this.#parser.push(chunk)) {
        this.lines.push(this.#teller.tell(frame));
      }
      this.#waiting = this.#waiting.filter(({ count, done }) => {
        if (this.lines.length < count) return true;
        done();
        return false;
      });
    });
    return this;
  }

  /** Resolves to the lines once there are so many. */
  async until(count: number): Promise<readonly string[]> {
    await new Promise<void>((done) => {
      if (this.lines.length >= count) done();
      else this.#waiting.push({ count, done });
    });
    return this.lines;
  }

  /** Everything that comes until the socket is closed, as text. */
  async text(): Promise<string> {
    let text = "";
    this.socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    await this.closed;
    return text;
  }
}

/** Turns of the loop until something holds: for what no event tells. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}
