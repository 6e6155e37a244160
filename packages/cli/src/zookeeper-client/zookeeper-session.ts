import { setTimeout as pause } from "node:timers/promises";
import type { HostPort } from "../zookeeper/host-port.ts";
import type { AuthInfo } from "./auth-info.ts";
import type { SessionGrant } from "./handshake.ts";
import type { JuteReader } from "./jute-reader.ts";
import type { Operation } from "./operation.ts";
import { auth as authRequest, XID, type Request } from "./requests.ts";
import type { WatcherEvent } from "./watcher-event.ts";
import { setWatches, type LeftWatch } from "./watches.ts";
import { ZooKeeperConnection } from "./zookeeper-connection.ts";
import { isLoss, ZooKeeperError } from "./zookeeper-error.ts";

/** Between two attempts to bring a session that is kept to another server. */
const RETRY_MS = 250;

/** Told of what happens to a session in between. */
export interface SessionListener {
  event?(event: WatcherEvent): void;
  lost(why: ZooKeeperError): void;
  /** The session goes on there, with its ephemeral nodes. */
  resumed(endpoint: string): void;
  /** What a server must be told of when the session comes to it; null for nothing. */
  leftWatch?(): LeftWatch | null;
}

export interface ZooKeeperSessionOptions {
  readonly endpoints: readonly HostPort[];
  /** How long a server may take to answer anything. */
  readonly answerMs: number;
  readonly auth: readonly AuthInfo[];
  readonly listener?: SessionListener;
}

/**
 * One session, with whichever server answers, in the order given; it stays with the one that did and
 * is taken on to the next when that is lost.
 */
export class ZooKeeperSession {
  readonly #options: ZooKeeperSessionOptions;
  #current: Promise<ZooKeeperConnection> | null = null;
  /** Where the session is; null while it is nowhere. */
  #connection: ZooKeeperConnection | null = null;
  #next = 0;
  #grant: SessionGrant | null = null;
  /** What was shown once must not be unseen on another server. */
  #lastZxid = 0n;
  #isKept = false;
  #whenLost: () => void = () => undefined;

  constructor(options: ZooKeeperSessionOptions) {
    this.#options = options;
  }

  /** How long the session outlives a client that is silent; 0 before there is one. */
  get timeoutMs(): number {
    return this.#grant?.timeoutMs ?? 0;
  }

  /**
   * Makes a request; one that only reads is made again elsewhere when its server is lost.
   *
   * @throws `ZooKeeperError`
   */
  async ask(
    request: Request,
    operation: Operation,
    effect: "reads" | "writes",
  ): Promise<JuteReader> {
    const failures: ZooKeeperError[] = [];
    while (failures.length < this.#options.endpoints.length) {
      let wasSent = false;
      try {
        const connection = await this.#connected();
        wasSent = true;
        const { zxid, error, body } = await connection.request(request);
        if (zxid > this.#lastZxid) this.#lastZxid = zxid;
        if (error !== 0) throw ZooKeeperError.answered(error, operation);
        return body;
      } catch (thrown) {
        if (!isLoss(thrown)) throw thrown;
        if (wasSent && effect === "writes") throw ZooKeeperError.inDoubt(thrown);
        failures.push(thrown);
        if (!this.#isKept) continue;
        // A session that is kept waits as long as it takes.
        failures.length = 0;
        await pause(RETRY_MS);
      }
    }
    throw ZooKeeperError.lost(failures.map(({ message }) => message).join("\n"), failures[0]);
  }

  /**
   * Keeps the session, on one server or another, until it is stopped.
   *
   * @throws `ZooKeeperError` when it has expired
   */
  async keep(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#isKept = true;
    try {
      while (!stop.aborted) {
        const lost = new Promise<void>((resolve) => {
          this.#whenLost = resolve;
        });
        await Promise.race([stopped, this.#untilConnected(stop).then(() => lost)]);
      }
    } finally {
      this.#isKept = false;
    }
  }

  /** Ends the session, and says whether a server was there to be told; else it ends by itself. */
  async close(): Promise<boolean> {
    const connection = this.#connection;
    this.#moveOn();
    return (await connection?.close()) ?? this.#grant === null;
  }

  async #untilConnected(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await this.#connected();
        return;
      } catch (thrown) {
        if (!isLoss(thrown)) throw thrown;
        await pause(RETRY_MS);
      }
    }
  }

  #connected(): Promise<ZooKeeperConnection> {
    if (this.#current !== null) return this.#current;
    const connecting = this.#connect().catch((thrown: unknown) => {
      if (this.#current === connecting) this.#moveOn();
      throw thrown;
    });
    this.#current = connecting;
    return connecting;
  }

  #moveOn(): void {
    this.#current = null;
    this.#connection = null;
    this.#next = (this.#next + 1) % this.#options.endpoints.length;
  }

  /** Opens or resumes the session on one server. */
  async #connect(): Promise<ZooKeeperConnection> {
    const { endpoints, answerMs, listener } = this.#options;
    const endpoint = endpoints[this.#next];
    if (!endpoint) throw ZooKeeperError.lost("there are no endpoints");
    const session = this.#grant;
    const lastZxid = this.#lastZxid;
    const connection = await ZooKeeperConnection.open({
      endpoint,
      answerMs,
      session,
      lastZxid,
      onEvent: (event) => listener?.event?.(event),
      onLost: (why) => {
        this.#moveOn();
        listener?.lost(why);
        this.#whenLost();
      },
    });
    try {
      await this.#introduce(connection, lastZxid);
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
    this.#connection = connection;
    return connection;
  }

  /** Tells a server what it must know of the session besides its id. */
  async #introduce(connection: ZooKeeperConnection, lastZxid: bigint): Promise<void> {
    const { auth, listener } = this.#options;
    const isResumed = this.#grant !== null;
    this.#grant = connection.session;
    for (const { scheme, credentials } of auth) {
      const { error } = await connection.request(authRequest(scheme, credentials), XID.auth);
      if (error !== 0) throw ZooKeeperError.refusedAuth(scheme, error);
    }
    if (!isResumed) return;
    listener?.resumed(connection.endpoint);
    const watch = listener?.leftWatch?.() ?? null;
    if (watch !== null) await connection.request(setWatches(watch, lastZxid), XID.setWatches);
  }
}
