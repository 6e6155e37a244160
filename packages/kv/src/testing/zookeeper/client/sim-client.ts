import type { Prng } from "@quorate/core";
import { ClientProcess } from "../../clients/client-process.ts";
import type {
  ClientHistory,
  EventType,
  Fact,
  Watch,
  ZnodeRequest,
  ZnodeResult,
} from "../../sessions/facts.ts";
import { WatchBook, watchLeftBy } from "../../sessions/watch-book.ts";
import type { ZooKeeperClientWorld } from "./client-world.ts";
import { Connection } from "./connection.ts";
import { noteContact } from "./note-contact.ts";
import type { ZooKeeperMember } from "../zookeeper-cluster.ts";
import {
  decodeMulti,
  decodeResult,
  encodeFollow,
  encodeFollowAgain,
  encodeGreeting,
  encodeMortal,
  encodeMulti,
  encodeRequest,
  SET_WATCHES_XID,
  xidOf,
  type Credentials,
  type Followed,
  type MultiOperation,
  type RawReply,
  type Welcome,
} from "./wire.ts";

/** What a client sees that follows nodes, in its order. */
export type FollowerFact =
  | { readonly kind: "follows"; readonly watch: Followed; readonly zxid: number }
  | {
      readonly kind: "told";
      readonly event: EventType;
      readonly path: string;
      readonly zxid: number;
    }
  | { readonly kind: "shown"; readonly zxid: number }
  | { readonly kind: "lost" };

/** What a client was told at a zxid. */
export interface Told<Result> {
  readonly zxid: number;
  readonly result: Result;
}

export type Reply = Told<ZnodeResult>;

/** What a client does that is closed comes to no end: nobody asks any more. */
const NEVER = new Promise<never>(() => {});

/** Between two attempts to reach a member. */
const RECONNECT_MILLIS_MAX = 100;

/**
 * A client of ZooKeeper's, by the wire protocol: it goes on to the next member when one fails, with its
 * session, what it has seen, and what it watches.
 */
export class SimClient {
  readonly name: string;
  readonly prng: Prng;
  readonly process: ClientProcess;
  readonly #world: ZooKeeperClientWorld;
  readonly #mayReadOnly: boolean;
  readonly #facts: Fact[] = [];
  readonly #watches = new WatchBook<Watch>();
  #timeoutMillis: number;
  #credentials: Credentials | null = null;
  /** The greatest zxid of all answers. */
  #seen = 0;
  #connection: Connection | null = null;
  /** To whom it is connected, with its session. */
  #member: ZooKeeperMember | null = null;
  #isClosed = false;
  #asked = 0;
  /** Watches that are left again on every connection. */
  #follows: Followed[] = [];
  readonly #followed: FollowerFact[] = [];
  /** Who waits for something to happen, whatever it is. */
  #waiting: (() => void)[] = [];

  /** @param mayReadOnly - whether a member without a leader will do */
  constructor(name: string, world: ZooKeeperClientWorld, mayReadOnly: boolean = false) {
    const { cluster, prng } = world;
    this.name = name;
    this.#mayReadOnly = mayReadOnly;
    this.#world = world;
    this.prng = prng.fork();
    this.process = new ClientProcess({
      now: () => cluster.ensemble.now,
      after: (millis, run) => cluster.after(millis, run),
    });
    this.#timeoutMillis = this.prng.pick(world.workload.timeoutsMillis);
    this.#connect();
  }

  get history(): ClientHistory {
    return { client: this.name, facts: this.#facts };
  }

  /** The session that it has, as far as it knows. */
  get session(): bigint | null {
    return this.#credentials?.session ?? null;
  }

  /** Waits for a session and a connection; null when there is none in time. */
  async connected(): Promise<bigint | null> {
    const { clock } = this.process;
    const until = clock.now() + this.#world.workload.patienceMillis;
    while (this.#member === null && !this.#isClosed && clock.now() < until) {
      await this.happens(until - clock.now());
    }
    if (this.#isClosed) await NEVER;
    return this.#member === null ? null : this.session;
  }

  /**
   * Asks, as soon as there is a connection; null when nobody knows what became of it.
   *
   * Nothing else is asked in between of what was asked for in one turn.
   */
  async ask(request: ZnodeRequest): Promise<Reply | null> {
    if (this.#member === null && (await this.connected()) === null) return null;
    return this.#send(request);
  }

  /** Resolves when the client was told something, or has lost or found a member; in time at any rate. */
  happens(millis: number): Promise<void> {
    return new Promise((done) => {
      const stop = this.process.clock.after(millis, done);
      this.#waiting.push(() => {
        stop();
        done();
      });
    });
  }

  /** Whether it still waits to be told. */
  isWatching(watch: Watch): boolean {
    return this.#watches.all.some(
      ({ note }) => note.kind === watch.kind && note.path === watch.path,
    );
  }

  /** Writes everything at once, or nothing; the result says which. */
  async multi(operations: readonly MultiOperation[]): Promise<Told<boolean> | null> {
    if (this.#member === null && (await this.connected()) === null) return null;
    const xid = ++this.#asked;
    return this.#exchange(xid, encodeMulti(xid, operations), decodeMulti);
  }

  /** Creates a container, or a node with a time to live; false: it was refused. */
  async createMortal(path: string, ttlMillis: number | null): Promise<Told<boolean> | null> {
    if (this.#member === null && (await this.connected()) === null) return null;
    const xid = ++this.#asked;
    return this.#exchange(xid, encodeMortal(xid, path, ttlMillis), ({ error }) => error === 0);
  }

  /** Follows what happens to a node, or to all below it, from then on; not beside other watches. */
  async follow(watch: Followed): Promise<void> {
    if (this.#member === null && (await this.connected()) === null) return;
    const xid = ++this.#asked;
    await this.#exchange(xid, encodeFollow(xid, watch), ({ error, zxid }) => {
      if (error !== 0) return;
      this.#follows.push(watch);
      this.#followed.push({ kind: "follows", watch, zxid });
    });
  }

  /** What it was told by the watches that it follows with, and shown meanwhile. */
  get followed(): readonly FollowerFact[] {
    return this.#followed;
  }

  /** Goes to another member, or to the same again. */
  leave(): void {
    this.#connection?.close();
  }

  /** For good. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    this.#wake();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const { cluster, network, applied, workload } = this.#world;
    const member = this.prng.pick(cluster.ensemble.members);
    let session = this.session;
    this.#connection = new Connection(
      {
        process: this.process,
        dial: (listener) =>
          network.dial(this, member, listener, () => {
            if (session !== null) applied.sessions.heard(session, cluster.ensemble.now);
          }),
        greeting: encodeGreeting(
          this.#credentials,
          this.#timeoutMillis,
          this.#seen,
          this.#mayReadOnly,
        ),
        patienceMillis: workload.connectMillis,
      },
      {
        welcomed: (welcome) => {
          session = welcome?.session ?? null;
          this.#welcomed(welcome, member);
        },
        told: (event, path, zxid) => this.#told(event, path, zxid),
        quiet: () => void this.#send({ kind: "ping" }),
        misled: (what) => this.#world.journal.violated("order", `${this.name} was sent ${what}`),
        closed: () => this.#disconnected(),
      },
    );
  }

  #welcomed(welcome: Welcome | null, member: ZooKeeperMember): void {
    if (welcome === null) {
      this.#note({ kind: "expired", at: this.#moment() });
      return this.#forgetSession();
    }
    this.#credentials = welcome;
    this.#member = member;
    const { session, timeoutMillis } = welcome;
    const { name } = member;
    this.#note({ kind: "connected", at: this.#moment(), session, timeoutMillis, member: name });
    const watches = this.#watches.all.map(({ watch }) => watch);
    if (watches.length > 0) void this.#send({ kind: "setWatches", seen: this.#seen, watches });
    if (this.#follows.length > 0) void this.#followAgain();
    this.#wake();
  }

  #told(event: EventType, path: string, zxid: number): void {
    if (this.#follows.length > 0) {
      this.#followed.push({ kind: "told", event, path, zxid });
      return;
    }
    this.#note({ kind: "told", at: this.#moment(), event, path });
    this.#world.journal.counts.watched++;
    this.#watches.fire(event, path);
    this.#wake();
  }

  #disconnected(): void {
    this.#connection = null;
    if (this.#member !== null) this.#note({ kind: "disconnected", at: this.#moment() });
    this.#followed.push({ kind: "lost" });
    // A member without a leader goes on with nobody's session.
    if (this.#mayReadOnly && this.prng.chance(0.5)) this.#forgetSession();
    this.#member = null;
    this.process.clock.after(this.prng.below(RECONNECT_MILLIS_MAX), () => this.#connect());
    this.#wake();
  }

  async #send(request: ZnodeRequest): Promise<Reply | null> {
    if (this.#member === null) return null;
    const number = ++this.#asked;
    this.#note({ kind: "asked", at: this.#moment(), number, request });
    const xid = xidOf(request, number);
    return this.#exchange(xid, encodeRequest(xid, request), (raw) => {
      const result = decodeResult(request, raw);
      this.#answered(number, request, { zxid: raw.zxid, result });
      return result;
    });
  }

  /** Sends a frame, and makes something of the reply when it comes. */
  #exchange<Result>(
    xid: number,
    frame: Uint8Array,
    decode: (reply: RawReply) => Result,
  ): Promise<Told<Result> | null> {
    const connection = this.#connection;
    const member = this.#member;
    const { session } = this;
    if (connection === null || member === null || session === null) return Promise.resolve(null);
    const askedAt = this.process.clock.now();
    return new Promise((done) => {
      connection.ask({
        xid,
        frame,
        answered: (reply) => {
          if (reply === null) return done(null);
          const { zxid } = reply;
          this.#seen = Math.max(this.#seen, zxid);
          this.#followed.push({ kind: "shown", zxid });
          this.#world.journal.counts.acknowledged++;
          const result = decode(reply);
          noteContact(this.#world, member, session, askedAt);
          done({ zxid, result });
        },
      });
    });
  }

  async #followAgain(): Promise<void> {
    const follows = this.#follows;
    const frame = encodeFollowAgain(follows, this.#seen);
    await this.#exchange(SET_WATCHES_XID, frame, ({ zxid }) => {
      for (const watch of follows) this.#followed.push({ kind: "follows", watch, zxid });
    });
  }

  #answered(number: number, request: ZnodeRequest, { zxid, result }: Reply): void {
    this.#note({ kind: "answered", at: this.#moment(), number, zxid, result });
    const watch = watchLeftBy(request, result);
    if (watch !== null) this.#watches.arm(watch, watch);
    if (request.kind !== "close" || result.kind !== "done") return;
    this.#forgetSession();
    this.#connection?.close();
  }

  #forgetSession(): void {
    this.#credentials = null;
    this.#follows = [];
    this.#watches.clear();
  }

  #note(fact: Fact): void {
    this.#facts.push(fact);
    const { kind, at: _at, ...facts } = fact;
    this.#world.journal.note(this.name, kind, JSON.stringify(facts, textOfBigint));
  }

  #moment(): number {
    return this.#world.journal.moment();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `0x${value.toString(16)}` : value;
}
