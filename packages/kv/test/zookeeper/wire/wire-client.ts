import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { errorName } from "./errors.ts";
import { In, Out } from "./jute.ts";
import { ping, type Operation } from "./operations.ts";

/** How a client introduces itself. */
export interface Hello {
  readonly version?: number;
  readonly lastZxidSeen?: bigint;
  readonly timeoutMillis?: number;
  readonly session?: bigint;
  readonly password?: Uint8Array | null;
  /** Left out with null, as clients did before 3.4. */
  readonly readOnly?: boolean | null;
}

/** What a server introduces itself with. */
export interface Welcome {
  readonly version: number;
  readonly timeoutMillis: number;
  readonly session: bigint;
  readonly password: Buffer;
  /** Null: not said. */
  readonly readOnly: boolean | null;
}

/** `error` is `OK`, with the fields of the answer beside it, or the name of what is wrong. */
export interface Answer {
  readonly error: string;
  /** Bytes behind the end of the answer, if there are any. */
  readonly extra?: number;
}

/** Long enough that no session ends because a machine is busy. */
const TIMEOUT_MILLIS = 30_000;

const EVENTS = ["none", "created", "deleted", "changed", "children", "data gone", "child gone"];
const SYNC_CONNECTED = 3;

const EVENT_XID = -1;
export const SPECIAL_XIDS: Readonly<Record<number, number>> = { 11: -2, 100: -4, 101: -8, 105: -8 };

/** A client by hand: it says what it is told to, and hands back what it hears. */
export class WireClient {
  /** What `~` stands for. */
  readonly home: string;
  /** The transaction of every reply, by the number of its request. */
  readonly zxids = new Map<number, bigint>();
  /** Of the events that were heard. */
  readonly eventZxids: bigint[] = [];
  welcome: Welcome | null = null;
  readonly #socket: Socket;
  readonly #frames: Buffer[] = [];
  readonly #events: string[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};
  #xid = 0;

  private constructor(socket: Socket, home: string) {
    this.#socket = socket;
    this.home = home;
    socket.on("data", (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (;;) {
        const length = this.#rest.length < 4 ? Infinity : this.#rest.readUInt32BE();
        if (this.#rest.length < 4 + length) break;
        this.#frames.push(this.#rest.subarray(4, 4 + length));
        this.#rest = this.#rest.subarray(4 + length);
      }
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static async connect(host: string, port: number, home: string): Promise<WireClient> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, "connect");
    return new WireClient(socket, home);
  }

  /** What no frame was made of: the answer to a four-letter word. */
  get unframed(): string {
    return this.#rest.toString();
  }

  /** Asks for a session; null when the server hangs up instead. */
  async greet(hello: Hello = {}): Promise<Welcome | null> {
    this.sendFrame(this.hello(hello));
    return this.hearWelcome();
  }

  hello(hello: Hello): Buffer {
    const { session = 0n, readOnly = false, password = new Uint8Array(16) } = hello;
    const out = new Out().int(hello.version ?? 0).long(hello.lastZxidSeen ?? 0n);
    out
      .int(hello.timeoutMillis ?? TIMEOUT_MILLIS)
      .long(session)
      .buffer(password);
    if (readOnly !== null) out.bool(readOnly);
    return out.bytes();
  }

  async hearWelcome(): Promise<Welcome | null> {
    const frame = await this.frame();
    if (frame === null) return null;
    const body = new In(frame);
    const [version, timeoutMillis, session] = [body.int(), body.int(), body.long()];
    const password = body.buffer() ?? Buffer.alloc(0);
    const readOnly = body.left === 0 ? null : body.bool();
    this.welcome = { version, timeoutMillis, session, password, readOnly };
    return this.welcome;
  }

  /** Asks, and takes the answer; events that come before it are kept for {@link events}. */
  async ask(operation: Operation): Promise<Answer> {
    const xid = this.send(operation);
    return this.answer(operation, xid);
  }

  /** Makes ready what a test needs: everything must go well. */
  async all(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      const { error } = await this.ask(operation);
      if (error !== "OK") throw new Error(`opcode ${operation.opcode} fails with ${error}`);
    }
  }

  /** @returns the request's number */
  send(operation: Operation): number {
    const xid = SPECIAL_XIDS[operation.opcode] ?? ++this.#xid;
    this.sendFrame(this.request(xid, operation));
    return xid;
  }

  request(xid: number, operation: Operation): Buffer {
    const out = new Out(this.home).int(xid).int(operation.opcode);
    operation.write(out);
    return out.bytes();
  }

  async answer(operation: Operation, xid: number): Promise<Answer> {
    for (;;) {
      const frame = await this.frame();
      if (frame === null) return { error: "CLOSED" };
      const body = new In(frame, this.home);
      const [answered, zxid, code] = [body.int(), body.long(), body.int()];
      if (answered === EVENT_XID) {
        this.#event(body, zxid);
        continue;
      }
      if (answered !== xid) throw new Error(`request ${answered} is answered instead of ${xid}`);
      this.zxids.set(xid, zxid);
      const error = errorName(code);
      if (code !== 0) return { error, ...(body.left > 0 ? { extra: body.left } : {}) };
      const answer = { error, ...operation.read(body) };
      return body.left > 0 ? { ...answer, extra: body.left } : answer;
    }
  }

  /** The events since the last time. The server has sent before its pong what it had to. */
  async events(): Promise<readonly string[]> {
    await this.ask(ping);
    return this.#events.splice(0);
  }

  /** Waits until there are some. */
  async nextEvents(): Promise<readonly string[]> {
    for (;;) {
      const events = await this.events();
      if (events.length > 0) return events;
    }
  }

  /** Null once the server has hung up. */
  async frame(): Promise<Buffer | null> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Everything that still comes until the server hangs up: the numbers and errors of replies. */
  async untilClosed(): Promise<readonly string[]> {
    const heard: string[] = [];
    for (let frame = await this.frame(); frame !== null; frame = await this.frame()) {
      const body = new In(frame, this.home);
      const [xid, , code] = [body.int(), body.long(), body.int()];
      heard.push(`${xid} ${errorName(code)}`);
    }
    return heard;
  }

  sendFrame(frame: Uint8Array): void {
    this.sendBytes(new Out().buffer(frame).bytes());
  }

  sendBytes(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #event(body: In, zxid: bigint): void {
    const [type, state, at] = [body.int(), body.int(), body.text()];
    if (state !== SYNC_CONNECTED || body.left > 0) throw new Error(`an event of state ${state}`);
    this.#events.push(`${EVENTS[type] ?? type} ${at}`);
    this.eventZxids.push(zxid);
  }
}
