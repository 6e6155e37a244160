import { setTimeout as pause } from "node:timers/promises";
import type { HostPort } from "../zookeeper/host-port.ts";
import type { AccessEntry } from "./access-list.ts";
import type { AuthInfo } from "./auth-info.ts";
import type { Session } from "./handshake.ts";
import type { JuteReader } from "./jute-reader.ts";
import type { NewNode } from "./new-node.ts";
import { decodeMulti, multi, type FailedStep, type Step } from "./multi.ts";
import type { Operation } from "./operation.ts";
import {
  decodeAccess,
  decodeChildren,
  decodeCreated,
  decodeData,
  type CreatedNode,
  type NodeAccess,
  type NodeChildren,
  type NodeData,
} from "./replies.ts";
import * as requests from "./requests.ts";
import { OPCODE, XID, type Request } from "./requests.ts";
import { decodeStat, type Stat } from "./stat.ts";
import type { WatcherEvent } from "./watcher-event.ts";
import { addWatch, setWatches, type AddWatchMode, type LeftWatch } from "./watches.ts";
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

export interface ZooKeeperClientOptions {
  readonly endpoints: readonly HostPort[];
  /** How long a server may take to answer anything. */
  readonly answerMs: number;
  readonly auth: readonly AuthInfo[];
  readonly listener?: SessionListener;
}

/**
 * One session, with whichever server answers, in the order given; it stays with the one that did and
 * is taken on to the next when that is lost. What only reads is then repeated, a write is not.
 */
export class ZooKeeperClient {
  readonly #options: ZooKeeperClientOptions;
  #current: Promise<ZooKeeperConnection> | null = null;
  /** Where the session is; null while it is nowhere. */
  #connection: ZooKeeperConnection | null = null;
  #next = 0;
  #session: Session | null = null;
  /** What was shown once must not be unseen on another server. */
  #lastZxid = 0n;
  #isKept = false;
  #whenLost: () => void = () => undefined;

  /** All requests throw `ZooKeeperError`. */
  constructor(options: ZooKeeperClientOptions) {
    this.#options = options;
  }

  /** How long the session outlives a client that is silent; 0 before there is one. */
  get sessionTimeoutMs(): number {
    return this.#session?.timeoutMs ?? 0;
  }

  async getData(path: string, watch = false): Promise<NodeData> {
    const request = requests.read(OPCODE.getData, path, watch);
    return decodeData(await this.#read(request, { kind: "read", path }));
  }

  async getChildren(path: string, watch = false): Promise<NodeChildren> {
    const request = requests.read(OPCODE.getChildren2, path, watch);
    return decodeChildren(await this.#read(request, { kind: "list", path }));
  }

  async exists(path: string, watch = false): Promise<Stat> {
    const request = requests.read(OPCODE.exists, path, watch);
    return decodeStat(await this.#read(request, { kind: "look", path }));
  }

  async getAcl(path: string): Promise<NodeAccess> {
    return decodeAccess(await this.#read(requests.getAcl(path), { kind: "readAccess", path }));
  }

  /** Leaves a watch that stays; to leave it twice is to leave it once. */
  async addWatch(path: string, mode: AddWatchMode): Promise<void> {
    await this.#read(addWatch(path, mode), { kind: "watch", path });
  }

  async create(node: NewNode): Promise<CreatedNode> {
    const kind = node.mode.kind === "ttl" ? "createTtl" : "create";
    const operation = { kind, path: node.path } as const;
    return decodeCreated(await this.#write(requests.create(node), operation));
  }

  async setData(path: string, data: Uint8Array, version: number): Promise<Stat> {
    const request = requests.setData(path, data, version);
    return decodeStat(await this.#write(request, { kind: "set", path }));
  }

  async delete(path: string, version: number): Promise<void> {
    await this.#write(requests.remove(path, version), { kind: "delete", path });
  }

  async setAcl(path: string, acl: readonly AccessEntry[], aversion: number): Promise<Stat> {
    const request = requests.setAcl(path, acl, aversion);
    return decodeStat(await this.#write(request, { kind: "setAccess", path }));
  }

  /** Takes all steps, which are about the path, or none: the one that failed, or null. */
  async multi(path: string, steps: readonly Step[]): Promise<FailedStep | null> {
    return decodeMulti(await this.#write(multi(steps), { kind: "deleteTree", path }), steps);
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
    return (await connection?.close()) ?? this.#session === null;
  }

  #read(request: Request, operation: Operation): Promise<JuteReader> {
    return this.#ask(request, operation, () => true);
  }

  #write(request: Request, operation: Operation): Promise<JuteReader> {
    return this.#ask(request, operation, (wasSent) => !wasSent);
  }

  async #ask(
    request: Request,
    operation: Operation,
    mayRepeat: (wasSent: boolean) => boolean,
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
        if (!mayRepeat(wasSent)) throw ZooKeeperError.inDoubt(thrown);
        failures.push(thrown);
        if (!this.#isKept) continue;
        // A session that is kept waits as long as it takes.
        failures.length = 0;
        await pause(RETRY_MS);
      }
    }
    throw ZooKeeperError.lost(failures.map(({ message }) => message).join("\n"), failures[0]);
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
    const session = this.#session;
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
    const isResumed = this.#session !== null;
    this.#session = connection.session;
    for (const { scheme, credentials } of auth) {
      const { error } = await connection.request(requests.auth(scheme, credentials), XID.auth);
      if (error !== 0) throw ZooKeeperError.refusedAuth(scheme, error);
    }
    if (!isResumed) return;
    listener?.resumed(connection.endpoint);
    const watch = listener?.leftWatch?.() ?? null;
    if (watch !== null) await connection.request(setWatches(watch, lastZxid), XID.setWatches);
  }
}
