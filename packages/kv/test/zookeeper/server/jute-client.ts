import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameSplitter, JuteReader, JuteWriter } from "../../../src/zookeeper/codec/index.ts";

/** A reply as it came. */
export interface Reply {
  readonly xid: number;
  readonly zxid: number;
  readonly error: number;
  readonly body: Uint8Array;
}

/** What a server answers to a connect request. */
export interface Welcome {
  readonly timeoutMillis: number;
  /** Eight bytes, as the server wrote them. */
  readonly session: Uint8Array;
  readonly password: Uint8Array;
  readonly saysReadOnly: boolean;
  readonly isReadOnly: boolean;
}

export interface Greeting {
  readonly lastZxidSeen?: number;
  readonly timeoutMillis?: number;
  readonly session?: Uint8Array;
  readonly password?: Uint8Array;
  readonly saysReadOnly?: boolean;
  readonly readOnly?: boolean;
}

/** The plainest of clients: frames out, frames in, each when the test says so. */
export class JuteClient {
  readonly socket: Socket;
  readonly #frames = new FrameSplitter(0x7fff_ffff);
  readonly #arrived: Uint8Array[] = [];
  #text = "";
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.#text += Buffer.from(chunk).toString("latin1");
      this.#frames.push(Uint8Array.from(chunk));
      try {
        for (let next = this.#frames.next(); next !== null; next = this.#frames.next()) {
          this.#arrived.push(next);
        }
      } catch {
        // It is text that is read, not frames.
      }
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static async connect(port: number): Promise<JuteClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new JuteClient(socket);
  }

  get arrived(): number {
    return this.#arrived.length;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  raw(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends frames in one write. */
  send(...frames: readonly Uint8Array[]): void {
    const writer = new JuteWriter();
    for (const frame of frames) writer.buffer(frame);
    this.raw(writer.finish());
  }

  /** The next frame, or null when the server closed the connection. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const next = this.#arrived.shift();
      if (next !== undefined) return next;
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async reply(): Promise<Reply> {
    const frame = await this.next();
    if (frame === null) throw new Error("the server closed the connection");
    const reader = new JuteReader(frame);
    const [xid, zxid, error] = [reader.int(), reader.long(), reader.int()];
    return { xid, zxid, error, body: frame.subarray(16) };
  }

  async replies(count: number): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < count) replies.push(await this.reply());
    return replies;
  }

  greet(greeting: Greeting = {}): void {
    const writer = new JuteWriter();
    writer.int(0).long(greeting.lastZxidSeen ?? 0);
    writer.int(greeting.timeoutMillis ?? 10_000);
    writer.raw(greeting.session ?? new Uint8Array(8));
    writer.buffer(greeting.password ?? new Uint8Array(16));
    if (greeting.saysReadOnly ?? true) writer.bool(greeting.readOnly ?? false);
    this.send(writer.finish());
  }

  async welcome(): Promise<Welcome> {
    const frame = await this.next();
    if (frame === null) throw new Error("the server closed the connection");
    const reader = new JuteReader(frame);
    reader.int();
    const timeoutMillis = reader.int();
    const session = frame.slice(8, 16);
    const password = frame.slice(20, 36);
    const saysReadOnly = frame.length === 37;
    return { timeoutMillis, session, password, saysReadOnly, isReadOnly: frame[36] === 1 };
  }

  /** Everything until the server closes the connection, as text. */
  async text(): Promise<string> {
    await this.closed();
    return this.#text;
  }

  /** Resolves when the server has closed the connection; nothing may have come before. */
  async closed(): Promise<void> {
    while (!this.#isClosed) await once(this.socket, "close");
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Waits, turn by turn of the loop, until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
