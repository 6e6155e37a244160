import { connect, type Socket } from "node:net";
import { socketReason } from "../client/socket-reason.ts";
import { hostPortText, type HostPort } from "../zookeeper/host-port.ts";
import { FrameReader } from "./frame-reader.ts";
import { decodeConnectResponse, encodeConnectRequest, type SessionGrant } from "./handshake.ts";
import { JuteReader } from "./jute-reader.ts";
import { decodeReplyHeader, type ReplyHeader } from "./replies.ts";
import { CLOSE_SESSION, encodeRequest, PING, XID, type Request } from "./requests.ts";
import { decodeWatcherEvent, type WatcherEvent } from "./watcher-event.ts";
import { ZooKeeperError } from "./zookeeper-error.ts";

/** Asked for; servers make less of it. */
const SESSION_MS = 30_000;
const LENGTH_BYTES = 4;

/** What a server answered, without its head. */
export interface Reply {
  readonly zxid: bigint;
  /** ZooKeeper's error code, 0 when there is none. */
  readonly error: number;
  readonly body: JuteReader;
}

export interface ConnectionOptions {
  readonly endpoint: HostPort;
  /** How long a server may take to answer anything. */
  readonly answerMs: number;
  /** What to go on with; null for a new session. */
  readonly session: SessionGrant | null;
  /** What was seen before; a server that is behind it is not for us. */
  readonly lastZxid: bigint;
  readonly onEvent: (event: WatcherEvent) => void;
  /** Told once, and only when there was a session. */
  readonly onLost: (why: ZooKeeperError) => void;
}

interface Waiter {
  /** Null for the session itself. */
  readonly xid: number | null;
  readonly resolve: (answer: JuteReader) => void;
  readonly reject: (error: ZooKeeperError) => void;
  readonly timer: NodeJS.Timeout;
}

/** One connection to one server, on which a session begins or goes on; the session is kept alive. */
export class ZooKeeperConnection {
  /** `host:port` */
  readonly endpoint: string;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  /** In the order in which servers answer. */
  readonly #waiting: Waiter[] = [];
  #failure: ZooKeeperError | null = null;
  #xid = 0;
  #session: SessionGrant | null = null;
  #pings: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.endpoint = hostPortText(options.endpoint);
    this.#socket = connect({ ...options.endpoint, noDelay: true });
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("error", (error) =>
      this.#broken(`cannot reach ${this.endpoint}: ${socketReason(error)}`, error),
    );
    this.#socket.on("close", () => this.#broken(this.#closedText()));
  }

  /**
   * Connects, and begins a session or goes on with one.
   *
   * @throws `ZooKeeperError`; `SESSIONEXPIRED` when the one to go on with is over
   */
  static async open(options: ConnectionOptions): Promise<ZooKeeperConnection> {
    const connection = new ZooKeeperConnection(options);
    const { session, lastZxid } = options;
    // Written as soon as there is a connection.
    await connection.#exchange(null, encodeConnectRequest(SESSION_MS, lastZxid, session));
    if (connection.#session !== null) return connection;
    const refused = connection.#broken(`${connection.endpoint} refused the session`);
    throw session === null
      ? refused
      : ZooKeeperError.of("SESSIONEXPIRED", `${connection.endpoint}: the session has expired`);
  }

  /** Null before the server has granted it. */
  get session(): SessionGrant | null {
    return this.#session;
  }

  /**
   * Sends one request and waits for its answer; others may be sent meanwhile.
   *
   * @throws `ZooKeeperError` when none comes
   */
  async request(request: Request, xid: number = ++this.#xid): Promise<Reply> {
    const reader = await this.#exchange(xid, encodeRequest(xid, request));
    const { zxid, error } = decodeReplyHeader(reader);
    return { zxid, error, body: reader };
  }

  /**
   * Ends the session, so that the server need not wait for its expiry, and the connection.
   *
   * @returns whether the server said so
   */
  async close(): Promise<boolean> {
    try {
      await this.request(CLOSE_SESSION);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof ZooKeeperError)) throw thrown;
      return false;
    } finally {
      this.#failure ??= ZooKeeperError.lost(`the connection to ${this.endpoint} was closed`);
      this.#stop();
    }
  }

  #exchange(xid: number | null, payload: Uint8Array): Promise<JuteReader> {
    const failure = this.#failure;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      const late = `no answer from ${this.endpoint} in time`;
      const timer = setTimeout(() => this.#broken(late), this.#options.answerMs);
      this.#waiting.push({ xid, resolve, reject, timer });
      this.#send(payload);
    });
  }

  #send(payload: Uint8Array): void {
    const head = Buffer.alloc(LENGTH_BYTES);
    head.writeInt32BE(payload.length);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #receive(chunk: Buffer): void {
    this.#silence?.refresh();
    try {
      this.#frames.push(chunk);
      for (let frame = this.#frames.next(); frame !== null; frame = this.#frames.next()) {
        if (this.#failure !== null) return;
        if (this.#session === null) this.#begin(frame);
        else this.#deliver(frame, decodeReplyHeader(new JuteReader(frame)));
      }
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.#broken(`${this.endpoint} does not speak ZooKeeper's protocol: ${why}`, thrown);
    }
  }

  #begin(frame: Uint8Array): void {
    const session = decodeConnectResponse(new JuteReader(frame));
    this.#session = session;
    if (session !== null) {
      // Before the server gives the session up, there must be time to take it elsewhere.
      this.#pings = setInterval(
        () => this.#send(encodeRequest(XID.ping, PING)),
        session.timeoutMs / 3,
      );
      const silent = `${this.endpoint} has fallen silent`;
      this.#silence = setTimeout(() => this.#broken(silent), (session.timeoutMs * 2) / 3);
    }
    this.#answer(new JuteReader(frame));
  }

  #deliver(frame: Uint8Array, { xid, zxid }: ReplyHeader): void {
    const reader = new JuteReader(frame);
    if (xid === XID.ping) return;
    if (xid === XID.event) {
      decodeReplyHeader(reader);
      const event = decodeWatcherEvent(reader, zxid);
      if (event !== null) this.#options.onEvent(event);
      return;
    }
    const expected = this.#waiting[0]?.xid;
    if (expected === xid) this.#answer(reader);
    else if (expected === undefined) this.#broken(`${this.endpoint} sent what nobody asked for`);
    else this.#broken(`${this.endpoint} answered request ${xid} instead of ${expected}`);
  }

  #answer(reader: JuteReader): void {
    const waiter = this.#waiting.shift();
    clearTimeout(waiter?.timer);
    waiter?.resolve(reader);
  }

  #closedText(): string {
    if (this.#session !== null) return `${this.endpoint} closed the connection`;
    const why = "it has no quorum, or too many connections, or is no ZooKeeper server";
    return `${this.endpoint} closed the connection instead of opening a session: ${why}`;
  }

  /** Nothing more comes of this connection. Only the first reason counts; the others follow from it. */
  #broken(message: string, cause?: unknown): ZooKeeperError {
    if (this.#failure !== null) return this.#failure;
    const failure = ZooKeeperError.lost(message, cause);
    this.#failure = failure;
    this.#stop();
    if (this.#session !== null) this.#options.onLost(failure);
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(failure);
    }
    return failure;
  }

  #stop(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#silence);
    this.#socket.destroy();
  }
}
