import {
  QuorateError,
  utf8Encode,
  type GroupView,
  type Index,
  type ReplicatedLog,
} from "@quorate/core";
import type { Authority, ZooKeeperResult, ZooKeeperStateMachine } from "../apply/index.ts";
import type { Identity } from "../access/index.ts";
import type { SessionId } from "../codec/index.ts";
import type { Session, SessionListener } from "../session/index.ts";
import {
  WatchTable,
  type NodeChange,
  type NodeListener,
  type NodeSetChange,
} from "../watch/index.ts";
import { RequestBudget } from "../../service/request-budget.ts";
import { Backlog } from "./backlog.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { ClientStream } from "./client-stream.ts";
import type { ServerFacts, ServerSettings, Service } from "../facts/index.ts";
import { EnsembleStats } from "../metrics/index.ts";
import { answerWord, type Whitelist, type Word } from "./four-letter-words/index.ts";
import { CONTAINER_SETTINGS, ContainerManager } from "./container-manager.ts";
import type { AccessSettings } from "./identities.ts";
import { SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import type { ServerLog, ZooKeeperServerOptions } from "./options.ts";
import { ReadOnlyMode } from "./read-only-mode.ts";
import { ServerStats } from "./server-stats.ts";
import { SessionKeeper } from "./session-keeper.ts";
import { WriterPool } from "./writer-pool.ts";

/** Reads can be costly: peers and other clients wait no longer than this for their turn. */
const TURN_MILLIS = 10;

/** The highest byte of a session id; ZooKeeper keeps 255 for its own marks. */
const SID_MAX = 254;

/** Serves ZooKeeper's client protocol over a replicated log, to clients that others let in. */
export class ZooKeeperServer implements ConnectionHost, SessionListener, NodeListener {
  readonly sid: number;
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly limits: ServerLimits;
  readonly backlog: Backlog;
  readonly unfinished: RequestBudget;
  readonly stats: ServerStats = new ServerStats();
  readonly watches: WatchTable = new WatchTable();
  readonly writers: WriterPool = new WriterPool();
  readonly report: ServerLog;
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly newPassword: () => Uint8Array;
  readonly access: AccessSettings;
  readonly membership: Uint8Array;
  readonly features: Pick<Authority, "extendedTypes" | "enforceQuota">;
  readonly #options: ZooKeeperServerOptions;
  readonly #whitelist: Whitelist;
  readonly #ensemble: EnsembleStats;
  readonly #minTimeoutMillis: number;
  readonly #maxTimeoutMillis: number;
  readonly #defer: (callback: () => void) => void;
  readonly #keeper: SessionKeeper;
  readonly #containers: ContainerManager;
  readonly #startedAt: number;
  readonly #readOnly: ReadOnlyMode;
  readonly #connections = new Set<ClientConnection>();
  readonly #byAttachment = new Map<Index, ClientConnection>();
  readonly #stalled = new Set<ClientConnection>();
  readonly #unsubscribe: () => void;
  readonly #waitingForTurn = new Set<ClientConnection>();
  #toFlush: ClientConnection[] = [];
  /** When no more requests are answered in this turn of the loop; null before the first. */
  #turnEndsAt: number | null = null;

  /** @throws `ERR_CONFIGURATION` */
  constructor(options: ZooKeeperServerOptions) {
    const { sid, tickMillis, readOnlyMode = false } = options;
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
    this.now = options.now;
    this.newPassword = options.newPassword;
    this.#whitelist = { words: options.fourLetterWords ?? [], readOnlyMode };
    this.wallNow = options.wallNow;
    this.#ensemble = options.ensembleStats ?? new EnsembleStats(options.now());
    this.#minTimeoutMillis = options.minSessionTimeoutMillis ?? 2 * tickMillis;
    this.#maxTimeoutMillis = options.maxSessionTimeoutMillis ?? 20 * tickMillis;
    this.#defer = options.defer;
    const { skipAcl = false, digestScheme = true, superDigest = null } = options;
    this.access = { skipAcl, digestScheme, superDigest };
    this.membership = utf8Encode(options.membership ?? "");
    const { extendedTypes = false, enforceQuota = false } = options;
    this.features = { extendedTypes, enforceQuota };
    const { log, machine, stats, report, now, wallNow } = this;
    this.#keeper = new SessionKeeper({ log, machine, tickMillis, now, stats, report });
    const { containers: settings = CONTAINER_SETTINGS } = options;
    this.#containers = new ContainerManager({ log, machine, settings, now, wallNow });
    this.#startedAt = this.now();
    this.#readOnly = new ReadOnlyMode({
      isEnabled: readOnlyMode,
      tickMillis,
      view: log.view(),
      now: this.#startedAt,
    });
    machine.listen(this);
    this.#unsubscribe = this.log.onView((view) => this.#onView(view));
  }

  // --- for whoever composes the member ------------------------------------------------------------

  /** Takes a client that has come. */
  accept(stream: ClientStream, proved: readonly Identity[] = []): void {
    this.#connections.add(new ClientConnection(stream, this, proved));
  }

  /** A client has come and was not let in. */
  rejected(): void {
    this.stats.counts.rejected++;
  }

  /** To be called twice a tick. */
  tick(): void {
    this.#keeper.tick();
    this.#containers.tick();
    const now = this.now();
    for (const connection of this.#connections) connection.tick(now);
  }

  /** Answers another member's server: to be given every question that the group asks this member. */
  onAsk(question: Uint8Array): Uint8Array {
    return this.#keeper.onAsk(question);
  }

  /** What there is to tell now, for who looks after the member. */
  facts(): ServerFacts {
    const view = this.log.view();
    const now = this.now();
    this.#ensemble.saw(view, now);
    return {
      service: this.#readOnly.service(view, now),
      view,
      machine: this.machine,
      stats: this.stats,
      ensemble: this.#ensemble,
      watches: this.watches,
      connections: this.#connections,
      outstanding: this.backlog.count,
      now,
      wallNow: this.wallNow(),
      uptimeMillis: now - this.#startedAt,
      settings: this.#settings(),
      expiries: () => this.#keeper.expiries(),
    };
  }

  /** Closes all connections; their sessions live on until they expire or are taken over. */
  close(): void {
    this.#unsubscribe();
    for (const connection of this.#connections) connection.close(null);
  }

  // --- for connections ----------------------------------------------------------------------------

  get service(): Service {
    return this.#readOnly.service(this.log.view(), this.now());
  }

  newReadOnlySession(): SessionId {
    return this.#readOnly.newSession(this.sid);
  }

  negotiate(timeoutMillis: number): number {
    return Math.min(Math.max(timeoutMillis, this.#minTimeoutMillis), this.#maxTimeoutMillis);
  }

  answerWord(word: Word): Promise<string> {
    return answerWord(word, this.#whitelist, this.facts());
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

  get hasTime(): boolean {
    const now = this.now();
    if (this.#turnEndsAt === null) {
      this.#turnEndsAt = now + TURN_MILLIS;
      this.#defer(() => this.#nextTurn());
    }
    return now < this.#turnEndsAt;
  }

  wantTurn(connection: ClientConnection): void {
    this.#waitingForTurn.add(connection);
  }

  gone(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.watches.forget(connection);
    this.#stalled.delete(connection);
    this.#waitingForTurn.delete(connection);
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
    // What the snapshot has and this member had not, no watch was told of: clients must ask anew.
    for (const connection of this.#connections) {
      if (connection.session === null) continue;
      connection.detach("a snapshot has passed over what its watches wait for");
    }
  }

  nodeCreated(change: NodeSetChange): void {
    this.watches.created(change);
  }

  nodeChanged(change: NodeChange): void {
    this.watches.changed(change);
  }

  nodeDeleted(change: NodeSetChange): void {
    this.watches.deleted(change);
  }

  // --- inside -------------------------------------------------------------------------------------

  #detach(attachment: Index, why: string): void {
    this.#byAttachment.get(attachment)?.detach(why);
  }

  /** Without a leader nobody knows whether what this member has is still right. */
  #onView(view: GroupView): void {
    const now = this.now();
    this.#ensemble.saw(view, now);
    const readersGo = this.#readOnly.saw(view, now);
    if (view.leader !== null && !readersGo) return;
    for (const connection of this.#connections) {
      if (readersGo) connection.leaderFound();
      else connection.leaderLost();
    }
  }

  #flush(): void {
    const connections = this.#toFlush;
    this.#toFlush = [];
    for (const connection of connections) connection.flush();
  }

  /** In the order in which they ran out of time. */
  #nextTurn(): void {
    this.#turnEndsAt = null;
    const connections = [...this.#waitingForTurn];
    this.#waitingForTurn.clear();
    const hadNone = connections.filter((connection) => {
      if (!this.hasTime) return true;
      connection.goOn();
      return false;
    });
    // They come before those who ran out of time in this turn.
    const again = [...this.#waitingForTurn];
    this.#waitingForTurn.clear();
    for (const connection of [...hadNone, ...again]) this.#waitingForTurn.add(connection);
  }

  /** In the order in which they stalled, and only as long as there is room. */
  #resumeStalled(): void {
    for (const connection of this.#stalled) {
      if (!this.backlog.hasRoom) return;
      this.#stalled.delete(connection);
      connection.advance();
    }
  }

  #settings(): ServerSettings {
    const { dataDir = "", tickMillis, ensembleSettings = null, membership = "" } = this.#options;
    return {
      clientPort: this.#options.clientPort() ?? -1,
      secureClientPort: this.#options.secureClientPort?.() ?? -1,
      dataDir,
      tickTime: tickMillis,
      maxClientCnxns: this.limits.connectionsPerAddress,
      minSessionTimeout: this.#minTimeoutMillis,
      maxSessionTimeout: this.#maxTimeoutMillis,
      serverId: this.sid,
      ensemble: ensembleSettings,
      membership,
    };
  }
}
