import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from "node:http2";
import { CLOSED } from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import type { GrpcCall } from "./grpc-call.ts";
import { socketReason } from "./socket-reason.ts";

/** When a connection is given up. */
export interface ConnectionPatience {
  /** How long connecting may take. */
  readonly connectMillis: number;
  /** While calls are open, the server is asked so often whether it lives; etcd wants 5 s at least. */
  readonly pingMillis: number;
  /** How long it may take to say so. */
  readonly pingAnswerMillis: number;
}

/** What the server may send before we have read it: of one call, and of all together. */
const CALL_WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
/** In megabytes. Node's own bound would refuse calls while large answers arrive; ours are above. */
const SESSION_MEMORY = 1024;

interface WaitingCall {
  readonly call: GrpcCall;
  readonly headers: () => OutgoingHttpHeaders;
}

/** One HTTP/2 connection to one endpoint, from the first call on it until it breaks. */
export class GrpcConnection {
  readonly #endpoint: string;
  readonly #clock: ClientClock;
  readonly #patience: ConnectionPatience;
  readonly #session: ClientHttp2Session;
  /** Calls that came while it was connecting; null once it is there. */
  #waiting: WaitingCall[] | null = [];
  readonly #open = new Set<GrpcCall>();
  /** Runs out when connecting takes too long, when it is time to ask, or without an answer. */
  #stopTimer: () => void;
  #isAsking = false;

  /** @param gone - called when no call is left and none can come */
  constructor(
    endpoint: string,
    clock: ClientClock,
    patience: ConnectionPatience,
    gone: () => void,
  ) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#patience = patience;
    const session = connect(endpoint, {
      settings: { enablePush: false, initialWindowSize: CALL_WINDOW_BYTES },
      maxSessionMemory: SESSION_MEMORY,
    });
    this.#session = session;
    let cause = new Error("the connection was closed");
    session.on("error", (error: Error) => (cause = error));
    session.on("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES));
    // Not when TCP is there: a system accepts for a process that is stopped.
    session.once("remoteSettings", () => this.#connected());
    session.once("close", () => {
      this.#closed(cause);
      gone();
    });
    this.#stopTimer = clock.after(patience.connectMillis, () =>
      session.destroy(new Error("no connection in time")),
    );
  }

  /** Takes new calls. */
  get isUsable(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** @param headers - asked for when the call can begin */
  run(call: GrpcCall, headers: () => OutgoingHttpHeaders): void {
    if (this.#waiting !== null) this.#waiting.push({ call, headers });
    else this.#begin(call, headers());
  }

  /** Finds out soon whether the server lives. */
  probe(): void {
    if (this.#waiting === null && this.isUsable) this.#ask();
  }

  close(): void {
    for (const { call } of this.#waiting ?? []) call.fail("CANCELLED", CLOSED);
    for (const call of this.#open) call.fail("CANCELLED", CLOSED);
    this.#session.destroy();
  }

  #connected(): void {
    this.#stopTimer();
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { call, headers } of waiting) if (!call.isOver) this.#begin(call, headers());
  }

  #closed(cause: Error): void {
    this.#stopTimer();
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { call } of waiting) this.#cannotBegin(call, cause);
  }

  #cannotBegin(call: GrpcCall, cause: unknown): void {
    const message = `cannot connect to ${this.#endpoint}: ${socketReason(cause)}`;
    call.fail("UNAVAILABLE", message, { cause });
  }

  #begin(call: GrpcCall, headers: OutgoingHttpHeaders): void {
    try {
      const stream = this.#session.request(headers);
      if (this.#open.size === 0 && !this.#isAsking) this.#askLater();
      this.#open.add(call);
      stream.on("close", () => {
        this.#open.delete(call);
        if (this.#open.size === 0 && !this.#isAsking) this.#stopTimer();
      });
      call.begin(stream);
    } catch (thrown) {
      // The connection closes at this very moment.
      queueMicrotask(() => this.#cannotBegin(call, thrown));
    }
  }

  #askLater(): void {
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(this.#patience.pingMillis, () => this.#ask());
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(this.#patience.pingAnswerMillis, () =>
      this.#session.destroy(new Error("the server does not answer")),
    );
    this.#session.ping((error) => {
      // An error means that the connection is closing: its streams will hear of it.
      if (error !== null) return;
      this.#isAsking = false;
      this.#stopTimer();
      if (this.#open.size > 0) this.#askLater();
    });
  }
}
