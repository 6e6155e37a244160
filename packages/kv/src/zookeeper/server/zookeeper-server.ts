import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { QuorateError, type GroupView, type Index, type ReplicatedLog } from "@quorate/core";
import type { ZooKeeperResult, ZooKeeperStateMachine } from "../apply/index.ts";
import { PASSWORD_BYTES } from "../codec/index.ts";
import type { Session, SessionListener } from "../session/index.ts";
import { WatchTable, type NodeListener } from "../watch/index.ts";
import { RequestBudget } from "../../service/request-budget.ts";
import { Backlog } from "./backlog.ts";
import { ClientConnection, type ConnectionHost } from "./client-connection.ts";
import { answerWord } from "./four-letter-words.ts";
import { SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import type { ListenAddress, ServerLog, ZooKeeperServerOptions } from "./options.ts";
import { ServerStats } from "./server-stats.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { WriterPool } from "./writer-pool.ts";

/** A server that runs. */
export interface ZooKeeperServer {
  /** Where clients reach it, with the real ports, in the order of the options. */
  readonly addresses: readonly ListenAddress[];
  /** To be called twice a tick. */
  tick(): void;
  /** Answers another member's server: to be given every question that the group asks this member. */
  onAsk(question: Uint8Array): Uint8Array;
  /** Closes all connections; their sessions live on until they expire or are taken over. */
  close(): Promise<void>;
}

/**
 * Serves ZooKeeper's client protocol over a replicated log.
 *
 * @throws `ERR_ADDRESS` when an address cannot be listened on, `ERR_CONFIGURATION`
 */
export async function startZooKeeperServer(
  options: ZooKeeperServerOptions,
): Promise<ZooKeeperServer> {
  const server = new ClientServer(options);
  await server.listen(options.listen);
  return server;
}

/** The highest byte of a session id; ZooKeeper keeps 255 for its own marks. */
const SID_MAX = 254;

class ClientServer implements ZooKeeperServer, ConnectionHost, SessionListener, NodeListener {
  readonly sid: number;
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly limits: ServerLimits;
  readonly backlog: Backlog;
  readonly unfinished: RequestBudget;
  readonly stats = new ServerStats();
  readonly watches = new WatchTable();
  readonly writers = new WriterPool();
  readonly report: ServerLog;
  readonly now: () => number;
  readonly newPassword: () => Uint8Array;
  readonly #options: ZooKeeperServerOptions;
  readonly #words: ReadonlySet<string>;
  readonly #minTimeoutMillis: number;
  readonly #maxTimeoutMillis: number;
  readonly #defer: (callback: () => void) => void;
  readonly #keeper: SessionKeeper;
  readonly #startedAt: number;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<ClientConnection, string>();
  readonly #perAddress = new Map<string, number>();
  readonly #byAttachment = new Map<Index, ClientConnection>();
  readonly #stalled = new Set<ClientConnection>();
  readonly #unsubscribe: () => void;
  #toFlush: ClientConnection[] = [];

  constructor(options: ZooKeeperServerOptions) {
    const { sid, tickMillis } = options;
    if (!Number.isInteger(sid) || sid < 0 || sid > SID_MAX) {
      throw new QuorateError(
        "ERR_CONFIGURATION",
        `server id ${sid}: give one from 0 to ${SID_MAX}`,
      );
    }
    this.#options = options;
    this.sid = sid;
    this.log = options.log;
    this.machine = options.machine;
    this.limits = { ...SERVER_LIMITS, ...options.limits };
    this.backlog = new Backlog(this.limits, () => this.#defer(() => this.#resumeStalled()));
    this.unfinished = new RequestBudget(this.limits.unfinishedBytesMax);
    this.report = options.report;
    this.now = options.now ?? (() => performance.now());
    this.newPassword = options.newPassword ?? (() => randomBytes(PASSWORD_BYTES));
    this.#words = new Set(options.fourLetterWords ?? ["srvr"]);
    this.#minTimeoutMillis = options.minSessionTimeoutMillis ?? 2 * tickMillis;
    this.#maxTimeoutMillis = options.maxSessionTimeoutMillis ?? 20 * tickMillis;
    this.#defer = options.defer ?? setImmediate;
    const { log, machine, report } = this;
    this.#keeper = new SessionKeeper({ log, machine, tickMillis, now: () => this.now(), report });
    this.#startedAt = this.now();
    machine.listen(this);
    this.#unsubscribe = this.log.onView((view) => this.#onView(view));
  }

  // --- for whoever composes the member ------------------------------------------------------------

  get addresses(): readonly ListenAddress[] {
    return this.#servers.map((server, i) => ({
      host: this.#options.listen[i]?.host ?? "",
      port: (server.address() as AddressInfo).port,
    }));
  }

  async listen(addresses: readonly ListenAddress[]): Promise<void> {
    try {
      for (const address of addresses) this.#servers.push(await this.#listenOn(address));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  tick(): void {
    this.#keeper.tick();
    const now = this.now();
    for (const connection of this.#connections.keys()) connection.tick(now);
  }

  onAsk(question: Uint8Array): Uint8Array {
    return this.#keeper.onAsk(question);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const connection of this.#connections.keys()) connection.close(null);
    await Promise.all(closed);
  }

  // --- for connections ----------------------------------------------------------------------------

  get isServing(): boolean {
    return this.log.view().leader !== null;
  }

  negotiate(timeoutMillis: number): number {
    return Math.min(Math.max(timeoutMillis, this.#minTimeoutMillis), this.#maxTimeoutMillis);
  }

  answerWord(word: string): string {
    return answerWord(word, this.#words, {
      view: this.log.view(),
      machine: this.machine,
      stats: this.stats,
      outstanding: this.backlog.count,
      watches: this.watches.count,
      connections: [...this.#connections.keys()],
      uptimeMillis: this.now() - this.#startedAt,
      configuration: this.#configuration(),
    });
  }

  attach(connection: ClientConnection, attachment: Index): void {
    this.#byAttachment.set(attachment, connection);
  }

  heard(session: Session): void {
    this.#keeper.heard(session);
  }

  wantFlush(connection: ClientConnection): void {
    if (connection.isListed) return;
    connection.isListed = true;
    this.#toFlush.push(connection);
    if (this.#toFlush.length === 1) this.#defer(() => this.#flush());
  }

  stalled(connection: ClientConnection): void {
    this.#stalled.add(connection);
  }

  gone(connection: ClientConnection): void {
    const address = this.#connections.get(connection);
    if (address === undefined) return;
    this.#connections.delete(connection);
    this.watches.forget(connection);
    this.#stalled.delete(connection);
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, others);
    const { attachment } = connection;
    if (attachment !== null) this.#byAttachment.delete(attachment);
  }

  // --- for the state machine ----------------------------------------------------------------------

  attached(session: Session, before: Index | null): void {
    this.#keeper.attached(session);
    if (before !== null) this.#detach(before, "its session was taken over by another connection");
  }

  closed(session: Session): void {
    this.#keeper.closed(session);
    this.#detach(session.attachment, "its session was closed");
  }

  replaced(): void {
    this.#keeper.replaced();
    for (const attachment of this.#byAttachment.keys()) {
      if (this.machine.sessions.attached(attachment) === null) {
        this.#detach(attachment, "its session is gone, or another connection's");
      }
    }
  }

  nodeCreated(path: string): void {
    this.watches.created(path);
  }

  nodeChanged(path: string): void {
    this.watches.changed(path);
  }

  nodeDeleted(path: string): void {
    this.watches.deleted(path);
  }

  // --- inside -------------------------------------------------------------------------------------

  #detach(attachment: Index, why: string): void {
    this.#byAttachment.get(attachment)?.detach(why);
  }

  /** Without a leader nobody knows whether what this member has is still right. */
  #onView(view: GroupView): void {
    if (view.leader !== null) return;
    for (const connection of this.#connections.keys()) connection.leaderLost();
  }

  #flush(): void {
    const connections = this.#toFlush;
    this.#toFlush = [];
    for (const connection of connections) connection.flush();
  }

  /** In the order in which they stalled, and only as long as there is room. */
  #resumeStalled(): void {
    for (const connection of this.#stalled) {
      if (!this.backlog.hasRoom) return;
      this.#stalled.delete(connection);
      connection.advance();
    }
  }

  #listenOn({ host, port }: ListenAddress): Promise<Server> {
    const { connectionsMax } = this.limits;
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        this.#accept(socket);
      });
      server.maxConnections = connectionsMax;
      server.on("drop", () => {
        this.report.warn({ most: connectionsMax }, "too many connections (maxCnxns)");
      });
      server.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that cannot be accepted leaves the others as they are.
        if (server.listening)
          this.report.warn({ why: error.message }, "cannot accept a connection");
        else reject(listenFailure(host, port, error));
      });
      server.listen(port, host, () => resolve(server));
    });
  }

  #accept(socket: Socket): void {
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const others = this.#perAddress.get(address) ?? 0;
    const most = this.limits.connectionsPerAddress;
    if (most > 0 && others >= most) {
      this.report.warn({ address, most }, "too many connections from one address (maxClientCnxns)");
      socket.destroy();
      return;
    }
    this.#perAddress.set(address, others + 1);
    this.#connections.set(new ClientConnection(socket, address, this), address);
  }

  #configuration(): readonly (readonly [string, string | number])[] {
    const { dataDir = "", tickMillis } = this.#options;
    return [
      ["clientPort", this.addresses[0]?.port ?? -1],
      ["secureClientPort", -1],
      ["dataDir", dataDir],
      ["dataLogDir", dataDir],
      ["tickTime", tickMillis],
      ["maxClientCnxns", this.limits.connectionsPerAddress],
      ["minSessionTimeout", this.#minTimeoutMillis],
      ["maxSessionTimeout", this.#maxTimeoutMillis],
      ["serverId", this.sid],
    ];
  }
}

function listenFailure(host: string, port: number, error: NodeJS.ErrnoException): QuorateError {
  const why =
    error.code === "EADDRINUSE"
      ? "another process listens there; stop it or choose another clientPort"
      : error.message;
  const message = `cannot listen for clients on ${host}:${port}: ${why}`;
  return new QuorateError("ERR_ADDRESS", message, { cause: error });
}
