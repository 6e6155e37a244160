import { connect, type Socket } from "node:net";
import {
  WatchBook,
  watchLeftBy,
  type ClientHistory,
  type EventType,
  type Fact,
  type ZnodeRequest,
  type ZnodeResult,
} from "@quorate/kv/testing";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";
import { FrameReader } from "../../../src/zookeeper-client/frame-reader.ts";
import {
  decodeIncoming,
  decodeWelcome,
  encodeGreeting,
  encodeRequest,
  NO_SESSION,
  XID,
  type SessionSecret,
} from "./wire.ts";

const RETRY_AFTER_MS = 10;

/** The connection is gone: the request may or may not have been carried out. */
export class LossError extends Error {
  override readonly name = "LossError";
}

/** The session is gone, or the client. */
export class SessionOverError extends Error {
  override readonly name = "SessionOverError";
}

export interface Answered {
  readonly zxid: number;
  readonly result: ZnodeResult;
  /** When the watch fires that was left; it resolves to null where that cannot come any more. */
  readonly event: Promise<EventType | null>;
}

export interface SessionClientOptions {
  readonly name: string;
  /** It goes on to the next where one fails. */
  readonly endpoints: readonly HostPort[];
  readonly sessionMillis: number;
}

interface Waiting {
  readonly number: number;
  readonly xid: number;
  readonly request: ZnodeRequest;
  readonly resolve: (answered: Answered) => void;
  readonly reject: (why: Error) => void;
}

interface Connection {
  readonly socket: Socket;
  readonly frames: FrameReader;
  readonly waiting: Waiting[];
  readonly openedAt: number;
  isWelcome: boolean;
  heardAt: number;
  saidAt: number;
}

interface Deferred {
  readonly promise: Promise<EventType | null>;
  readonly resolve: (event: EventType | null) => void;
}

/**
 * A ZooKeeper client as Java's is, with its one session: it pings, moves to the next server with what
 * it has seen where one fails, takes its watches along with `setWatches`, and begins a new session when
 * it hears that the old one is gone. Requests may be made without waiting. All that it sees is kept.
 */
export class SessionClient {
  readonly name: string;
  readonly #endpoints: readonly HostPort[];
  readonly #sessionMillis: number;
  readonly #facts: Fact[] = [];
  readonly #watches = new WatchBook<Deferred>();
  readonly #timer: NodeJS.Timeout;
  readonly #expired = new AbortController();
  #retry: NodeJS.Timeout | undefined;
  #connection: Connection | null = null;
  #session: SessionSecret = NO_SESSION;
  #timeoutMillis: number;
  #turn = 0;
  #number = 0;
  #xid = 0;
  #seen = 0;
  #isSilent = false;
  #isOver = false;
  #wanting: { readonly resolve: () => void; readonly reject: (why: Error) => void }[] = [];

  constructor({ name, endpoints, sessionMillis }: SessionClientOptions) {
    this.name = name;
    this.#endpoints = endpoints;
    this.#sessionMillis = sessionMillis;
    this.#timeoutMillis = sessionMillis;
    this.#timer = setInterval(() => this.#tick(), sessionMillis / 12);
    this.#connect();
  }

  get history(): ClientHistory {
    return { client: this.name, facts: this.#facts };
  }

  /** Whether it says no more. */
  get hasLeft(): boolean {
    return this.#isOver || this.#isSilent;
  }

  /** Aborted as soon as a server says that its session is gone. */
  get expired(): AbortSignal {
    return this.#expired.signal;
  }

  /** 0 before there is one. */
  get session(): bigint {
    return this.#session.id;
  }

  /** Resolves as soon as there is a session on a connection. */
  connected(): Promise<void> {
    if (this.#isOver) return Promise.reject(new SessionOverError("the client has left"));
    if (this.#connection?.isWelcome === true) return Promise.resolve();
    return new Promise((resolve, reject) => this.#wanting.push({ resolve, reject }));
  }

  /**
   * Makes a request, as soon as there is a connection.
   *
   * @throws `LossError`, `SessionOverError`
   */
  async ask(request: ZnodeRequest): Promise<Answered> {
    const { id } = this.#session;
    await this.connected();
    // One that was meant for a session must not be made in another.
    if (id !== 0n && id !== this.#session.id) throw new SessionOverError("the session is gone");
    return this.#send(request);
  }

  /** Drops its connection, as if the network had, and goes on at the next server after a while. */
  move(afterMillis: number): void {
    if (this.#connection !== null) this.#end(this.#connection, "it moves", afterMillis);
  }

  /** Ends the session, so that nobody need wait for its expiry. */
  async close(): Promise<void> {
    try {
      await this.#send({ kind: "close" });
    } finally {
      this.abandon();
    }
  }

  /** Says no more, and leaves the session to its expiry. */
  abandon(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#lose("the client has left");
    for (const { reject } of this.#wanting.splice(0)) reject(new SessionOverError("it has left"));
    this.#forgetWatches();
  }

  /** Says no more, but keeps its connection: as a client whose process hangs. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  #tick(): void {
    const connection = this.#connection;
    if (connection === null || this.#isSilent) return;
    const now = performance.now();
    const { isWelcome, openedAt, heardAt, saidAt } = connection;
    if (!isWelcome) {
      const patience = this.#timeoutMillis / this.#endpoints.length;
      if (now - openedAt > patience) this.#lose("no welcome in time");
    } else if (now - heardAt > (this.#timeoutMillis * 2) / 3) this.#lose("nothing was heard");
    else if (now - saidAt > this.#timeoutMillis / 3) {
      this.#send({ kind: "ping" }).catch(() => undefined);
    }
  }

  #connect(): void {
    const endpoint = this.#endpoints[this.#turn++ % this.#endpoints.length];
    if (endpoint === undefined) throw new Error("there are no servers");
    const socket = connect({ ...endpoint, noDelay: true });
    const now = performance.now();
    const connection: Connection = {
      socket,
      frames: new FrameReader(),
      waiting: [],
      openedAt: now,
      isWelcome: false,
      heardAt: now,
      saidAt: now,
    };
    this.#connection = connection;
    socket.on("data", (chunk: Buffer) => this.#receive(connection, chunk));
    socket.on("error", (error) => this.#end(connection, error.message));
    socket.on("close", () => this.#end(connection, "the server closed the connection"));
    const timeoutMillis = this.#sessionMillis;
    write(connection, encodeGreeting({ session: this.#session, timeoutMillis, seen: this.#seen }));
  }

  #receive(connection: Connection, chunk: Buffer): void {
    if (connection !== this.#connection) return;
    connection.heardAt = performance.now();
    connection.frames.push(chunk);
    for (;;) {
      const frame = connection.frames.next();
      if (frame === null || connection !== this.#connection) return;
      if (connection.isWelcome) this.#hear(connection, frame);
      else this.#greeted(connection, frame);
    }
  }

  #greeted(connection: Connection, frame: Uint8Array): void {
    const welcome = decodeWelcome(frame);
    const at = performance.now();
    if (welcome === null) {
      this.#facts.push({ kind: "expired", at });
      this.#session = NO_SESSION;
      this.#expired.abort();
      this.#forgetWatches();
      this.#end(connection, "the session is gone");
      return;
    }
    connection.isWelcome = true;
    this.#session = welcome.session;
    this.#timeoutMillis = welcome.timeoutMillis;
    const { remoteAddress, remotePort } = connection.socket;
    this.#facts.push({
      kind: "connected",
      at,
      session: welcome.session.id,
      timeoutMillis: welcome.timeoutMillis,
      member: `${remoteAddress}:${remotePort}`,
    });
    const watches = this.#watches.all.map(({ watch }) => watch);
    if (watches.length > 0) {
      this.#send({ kind: "setWatches", seen: this.#seen, watches }).catch(() => undefined);
    }
    for (const { resolve } of this.#wanting.splice(0)) resolve();
  }

  #hear(connection: Connection, frame: Uint8Array): void {
    const incoming = decodeIncoming(frame);
    const at = performance.now();
    if (incoming.kind === "told") {
      const { event, path } = incoming;
      this.#facts.push({ kind: "told", at, event, path });
      for (const { resolve } of this.#watches.fire(event, path)) resolve(event);
      return;
    }
    // Whether it is the one whose turn it is, the judge of orders tells.
    const place = connection.waiting.findIndex(({ xid }) => xid === incoming.xid);
    const [answered] = place === -1 ? [] : connection.waiting.splice(place, 1);
    if (answered === undefined) throw new Error(`${this.name}: nobody asked ${incoming.xid}`);
    const { number, request, resolve } = answered;
    const { zxid } = incoming;
    const result = incoming.resultOf(request);
    this.#facts.push({ kind: "answered", at, number, zxid, result });
    this.#seen = Math.max(this.#seen, zxid);
    const watch = watchLeftBy(request, result);
    const event = watch === null ? NEVER : this.#watches.arm(watch, defer()).promise;
    resolve({ zxid, result, event });
  }

  #send(request: ZnodeRequest): Promise<Answered> {
    const connection = this.#connection;
    if (connection?.isWelcome !== true || this.#isSilent) {
      return Promise.reject(new LossError("there is no connection"));
    }
    const number = ++this.#number;
    const { kind } = request;
    const xid = kind === "ping" || kind === "setWatches" ? XID[kind] : ++this.#xid;
    const at = performance.now();
    this.#facts.push({ kind: "asked", at, number, request });
    connection.saidAt = at;
    return new Promise((resolve, reject) => {
      connection.waiting.push({ number, xid, request, resolve, reject });
      write(connection, encodeRequest(xid, request));
    });
  }

  #lose(why: string): void {
    if (this.#connection !== null) this.#end(this.#connection, why);
  }

  #end(connection: Connection, why: string, retryAfterMillis: number = RETRY_AFTER_MS): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    connection.socket.destroy();
    if (connection.isWelcome) this.#facts.push({ kind: "disconnected", at: performance.now() });
    for (const { reject } of connection.waiting.splice(0)) reject(new LossError(why));
    if (this.#isOver || this.#isSilent) return;
    this.#retry = setTimeout(() => this.#connect(), retryAfterMillis);
  }

  #forgetWatches(): void {
    for (const { resolve } of this.#watches.clear()) resolve(null);
  }
}

const NEVER: Promise<null> = Promise.resolve(null);

function defer(): Deferred {
  let resolve: Deferred["resolve"] = () => undefined;
  const promise = new Promise<EventType | null>((done) => (resolve = done));
  return { promise, resolve };
}

const LENGTH_BYTES = 4;

function write({ socket }: Connection, payload: Uint8Array): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(payload.length);
  socket.write(Buffer.concat([length, payload]));
}
