import { connect, type Socket } from "node:net";
import { socketReason } from "../client/socket-reason.ts";
import { hostPortText, type HostPort } from "../zookeeper/host-port.ts";
import { FrameReader } from "./frame-reader.ts";
import { JuteReader } from "./jute-reader.ts";
import {
  decodeConnectResponse,
  decodeReplyHeader,
  encodeConnectRequest,
  encodeRequest,
  OPCODE,
  type Opcode,
} from "./messages.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** Asked for; servers make less of it. Requests follow each other sooner, so that none pings. */
const SESSION_MS = 30_000;
const LENGTH_BYTES = 4;

/** What a server answered, without its head. */
export interface Reply {
  readonly zxid: bigint;
  /** ZooKeeper's error code, 0 when there is none. */
  readonly error: number;
  readonly body: JuteReader;
}

interface Waiter {
  readonly resolve: (frame: Uint8Array) => void;
  readonly reject: (error: ZooKeeperError) => void;
}

/** One session on one connection to one server, with one request at a time. */
export class ZooKeeperConnection {
  /** `host:port` */
  readonly endpoint: string;
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #frames = new FrameReader();
  #waiter: Waiter | null = null;
  #failure: ZooKeeperError | null = null;
  #xid = 0;
  #hasSession = false;

  private constructor(endpoint: HostPort, timeoutMs: number) {
    this.endpoint = hostPortText(endpoint);
    this.#timeoutMs = timeoutMs;
    this.#socket = connect({ ...endpoint, noDelay: true });
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("error", (error) =>
      this.#broken(`cannot reach ${this.endpoint}: ${socketReason(error)}`, error),
    );
    this.#socket.on("close", () => this.#broken(this.#closedText()));
  }

  /**
   * Connects and opens a session.
   *
   * @param lastZxid - what was seen before; a server that is behind it is not for us
   * @throws `ZooKeeperError`
   */
  static async open(
    endpoint: HostPort,
    timeoutMs: number,
    lastZxid: bigint,
  ): Promise<ZooKeeperConnection> {
    const connection = new ZooKeeperConnection(endpoint, timeoutMs);
    // Written as soon as there is a connection.
    const frame = await connection.#exchange(encodeConnectRequest(SESSION_MS, lastZxid));
    const { timeoutMs: granted } = decodeConnectResponse(new JuteReader(frame));
    connection.#hasSession = granted > 0;
    if (connection.#hasSession) return connection;
    throw connection.#broken(`${connection.endpoint} refused the session`);
  }

  /**
   * Sends one request and waits for its answer.
   *
   * @throws `ZooKeeperError` when none comes
   */
  async request(opcode: Opcode, body: Uint8Array): Promise<Reply> {
    const xid = ++this.#xid;
    const reader = new JuteReader(await this.#exchange(encodeRequest(xid, opcode, body)));
    const header = decodeReplyHeader(reader);
    if (header.xid === xid) return { zxid: header.zxid, error: header.error, body: reader };
    throw this.#broken(`${this.endpoint} answered request ${header.xid} instead of ${xid}`);
  }

  /** Ends the session, so that the server need not wait for its expiry, and the connection. */
  async close(): Promise<void> {
    try {
      if (this.#failure === null) await this.request(OPCODE.closeSession, new Uint8Array());
    } catch (thrown) {
      // The session then ends by itself.
      if (!(thrown instanceof ZooKeeperError)) throw thrown;
    } finally {
      this.#socket.destroy();
    }
  }

  async #exchange(payload: Uint8Array): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure;
    const head = Buffer.alloc(LENGTH_BYTES);
    head.writeInt32BE(payload.length);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.#waiter = { resolve, reject };
        const late = `no answer from ${this.endpoint} in time`;
        timer = setTimeout(() => this.#broken(late), this.#timeoutMs);
        this.#socket.write(Buffer.concat([head, payload]));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(chunk: Buffer): void {
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== null; frame = this.#frames.next()) {
        const waiter = this.#waiter;
        this.#waiter = null;
        // Without watches, nothing comes by itself.
        if (waiter === null)
          return void this.#broken(`${this.endpoint} sent what nobody asked for`);
        waiter.resolve(frame);
      }
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.#broken(`${this.endpoint} does not speak ZooKeeper's protocol: ${why}`, thrown);
    }
  }

  #closedText(): string {
    if (this.#hasSession) return `${this.endpoint} closed the connection`;
    const why = "it has no quorum, or too many connections, or is no ZooKeeper server";
    return `${this.endpoint} closed the connection instead of opening a session: ${why}`;
  }

  /** Nothing more comes of this connection. Only the first reason counts; the others follow from it. */
  #broken(message: string, cause?: unknown): ZooKeeperError {
    const failure = (this.#failure ??= ZooKeeperError.lost(message, cause));
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.reject(failure);
    this.#socket.destroy();
    return failure;
  }
}
