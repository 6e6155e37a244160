import { connect, type Socket } from "node:net";
import { ByteWriter } from "@quorate/core";
import type { HostPort } from "../../src/zookeeper/host-port.ts";
import { FrameReader } from "../../src/zookeeper-client/frame-reader.ts";
import { JuteReader } from "../../src/zookeeper-client/jute-reader.ts";

/** Two of ZooKeeper's error codes. */
const NO_NODE = -101;
export const NODE_EXISTS = -110;

const OPCODE = { create: 1, getData: 4, setData: 5, sync: 9, closeSession: -11 } as const;
const ANY_VERSION = -1;
const ALL_PERMISSIONS = 31;
const LENGTH_BYTES = 4;
const NEW_SESSION: SessionId = { id: Buffer.alloc(8), password: Buffer.alloc(16) };

/** What a client takes to another server, to go on with its session there. */
export interface SessionId {
  /** Eight bytes, as the server wrote them. */
  readonly id: Uint8Array;
  readonly password: Uint8Array;
}

export interface SessionOptions {
  /** How long a server may take to answer anything. */
  readonly answerMs: number;
  /** How long the session outlives its client; the server may make less of it. */
  readonly sessionMs?: number;
  readonly resume?: SessionId | null;
  /** A server that is behind this closes the connection. */
  readonly lastZxid?: bigint;
}

/** No answer came: the request may or may not have been carried out. */
export class LossError extends Error {
  override readonly name = "LossError";
}

/** The session does not exist any more. */
export class ExpiredError extends Error {
  override readonly name = "ExpiredError";
}

export interface Reply {
  readonly zxid: bigint;
  /** ZooKeeper's code, 0 when there is none. */
  readonly error: number;
  readonly body: JuteReader;
}

interface Waiter {
  readonly resolve: (frame: Uint8Array) => void;
  readonly reject: (loss: LossError) => void;
  readonly timer: NodeJS.Timeout;
}

/** A client's session on one connection, which writes as well; requests may be sent without waiting. */
export class ZooKeeperSession {
  readonly #socket: Socket;
  readonly #answerMs: number;
  readonly #frames = new FrameReader();
  readonly #waiting: Waiter[] = [];
  #identity: SessionId = NEW_SESSION;
  #xid = 0;
  #loss: LossError | null = null;

  private constructor(endpoint: HostPort, answerMs: number) {
    this.#answerMs = answerMs;
    this.#socket = connect({ ...endpoint, noDelay: true });
    this.#socket.on("data", (chunk: Buffer) => {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== null; frame = this.#frames.next()) {
        const waiter = this.#waiting.shift();
        clearTimeout(waiter?.timer);
        waiter?.resolve(frame);
      }
    });
    this.#socket.on("error", (error) => this.#lose(error.message));
    this.#socket.on("close", () => this.#lose("the server closed the connection"));
  }

  /**
   * Opens a session, or goes on with one.
   *
   * @throws `LossError`, `ExpiredError`
   */
  static async open(endpoint: HostPort, options: SessionOptions): Promise<ZooKeeperSession> {
    const { answerMs, sessionMs = 30_000, resume, lastZxid = 0n } = options;
    const session = new ZooKeeperSession(endpoint, answerMs);
    const { id, password } = resume ?? NEW_SESSION;
    const hello = new ByteWriter().u32(0).raw(long(lastZxid)).u32(sessionMs).raw(id);
    const frame = await session.#exchange(hello.bytes(password).bool(false).finish());
    const welcome = Buffer.from(frame);
    if (welcome.readInt32BE(4) === 0) {
      session.drop();
      throw new ExpiredError("the session is gone");
    }
    session.#identity = { id: welcome.subarray(8, 16), password: welcome.subarray(20, 36) };
    return session;
  }

  get identity(): SessionId {
    return this.#identity;
  }

  /** All that follow throw `LossError`. */
  create(path: string, data: string): Promise<Reply> {
    const body = new ByteWriter().string(path).string(data).u32(1).u32(ALL_PERMISSIONS);
    return this.#request(OPCODE.create, body.string("world").string("anyone").u32(0));
  }

  setData(path: string, data: string): Promise<Reply> {
    const body = new ByteWriter().string(path).string(data);
    return this.#request(OPCODE.setData, body.u32(ANY_VERSION));
  }

  /** Null when there is no such node. */
  async getData(path: string): Promise<string | null> {
    const body = new ByteWriter().string(path).bool(false);
    const reply = await this.#request(OPCODE.getData, body);
    if (reply.error === NO_NODE) return null;
    return Buffer.from(reply.body.buffer() ?? []).toString();
  }

  /** Behind it, reads show all that was acknowledged to anybody. */
  sync(): Promise<Reply> {
    return this.#request(OPCODE.sync, new ByteWriter().string("/"));
  }

  async close(): Promise<void> {
    await this.#request(OPCODE.closeSession, new ByteWriter());
    this.drop();
  }

  /** Leaves the session to its expiry. */
  drop(): void {
    this.#lose("dropped by the client");
  }

  async #request(opcode: number, body: ByteWriter): Promise<Reply> {
    const xid = ++this.#xid;
    const bytes = new ByteWriter().u32(xid).u32(opcode).raw(body.finish()).finish();
    const reader = new JuteReader(await this.#exchange(bytes));
    const answered = reader.int();
    if (answered !== xid) throw new Error(`request ${xid} got the answer of ${answered}`);
    return { zxid: reader.long(), error: reader.int(), body: reader };
  }

  #exchange(payload: Uint8Array): Promise<Uint8Array> {
    if (this.#loss) return Promise.reject(this.#loss);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lose("no answer in time"), this.#answerMs);
      this.#waiting.push({ resolve, reject, timer });
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeInt32BE(payload.length);
      this.#socket.write(Buffer.concat([length, payload]));
    });
  }

  #lose(why: string): void {
    const loss = (this.#loss ??= new LossError(why));
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(loss);
    }
    this.#socket.destroy();
  }
}

function long(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
