import { setTimeout as pause } from "node:timers/promises";
import type { HostPort } from "../../src/zookeeper/host-port.ts";
import { until } from "./until.ts";
import {
  ExpiredError,
  LossError,
  NODE_EXISTS,
  ZooKeeperSession,
  type SessionId,
} from "./zookeeper-session.ts";

/** No single attempt may hide a gap that is longer than this. */
const ATTEMPT_MS = 1000;
const RETRY_AFTER_MS = 10;
const READS_AT_ONCE = 200;

/**
 * Clients that write as long as they run, each to nodes of its own: creates one, sets its data,
 * creates the next. A write whose answer was lost is repeated until there is one, on the next server
 * and in the same session.
 */
export class ZooKeeperLoad {
  readonly #endpoints: readonly HostPort[];
  readonly #clients: readonly LoadClient[];

  constructor(endpoints: readonly HostPort[], name: string, clients: number) {
    this.#endpoints = endpoints;
    this.#clients = Array.from(
      { length: clients },
      (_, i) => new LoadClient(endpoints, i, `/${name}-${i}-`),
    );
  }

  /** Writes that were acknowledged. */
  get acknowledged(): number {
    return this.#clients.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  /** The longest that any client waited for an acknowledgement. */
  get longestGapMs(): number {
    return Math.max(...this.#clients.map(({ longestGapMs }) => longestGapMs));
  }

  /** Sessions that a client lost; none should be while a quorum comes back in time. */
  get expired(): number {
    return this.#clients.reduce((sum, { expired }) => sum + expired, 0);
  }

  /** Resolves when every client has been acknowledged so many more writes. */
  async more(writes: number): Promise<void> {
    const goals = this.#clients.map((client) => ({ client, goal: client.acknowledged + writes }));
    await until(`${writes} more writes of every client are acknowledged`, () =>
      goals.every(({ client, goal }) => client.acknowledged >= goal) ? true : null,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
  }

  /** What was acknowledged and cannot be read from any one of the servers; must be empty. */
  async lost(): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const endpoint of this.#endpoints) {
      const session = await ZooKeeperSession.open(endpoint, { answerMs: 20_000 });
      await session.sync();
      for (const client of this.#clients) lost.push(...(await client.lostIn(session)));
      await session.close();
    }
    return lost;
  }
}

/** One client: its writes follow each other. */
class LoadClient {
  readonly #endpoints: readonly HostPort[];
  readonly #prefix: string;
  readonly #done: Promise<void>;
  #turn: number;
  #running = true;
  #session: ZooKeeperSession | null = null;
  #identity: SessionId | null = null;
  #lastZxid = 0n;
  #ackedAt = performance.now();
  acknowledged = 0;
  longestGapMs = 0;
  expired = 0;

  constructor(endpoints: readonly HostPort[], turn: number, prefix: string) {
    this.#endpoints = endpoints;
    this.#turn = turn;
    this.#prefix = prefix;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  /** Every two writes are one node. */
  async lostIn(session: ZooKeeperSession): Promise<readonly string[]> {
    const lost: string[] = [];
    for (let first = 0; first < this.acknowledged; first += 2 * READS_AT_ONCE) {
      const end = Math.min(first + 2 * READS_AT_ONCE, this.acknowledged);
      const reads: Promise<void>[] = [];
      for (let created = first; created < end; created += 2) {
        reads.push(this.#expectIn(session, created, lost));
      }
      await Promise.all(reads);
    }
    return lost;
  }

  async #expectIn(session: ZooKeeperSession, created: number, lost: string[]): Promise<void> {
    const path = this.#path(created);
    const found = await session.getData(path);
    const set = created + 1;
    // What was never acknowledged may have been done.
    const mayBeAsCreated = set >= this.acknowledged;
    if (found === this.#value(set) || (mayBeAsCreated && found === this.#value(created))) return;
    lost.push(`${path}: ${found}`);
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        const session = (this.#session ??= await this.#connect());
        await this.#write(session, this.acknowledged);
        const now = performance.now();
        this.longestGapMs = Math.max(this.longestGapMs, now - this.#ackedAt);
        this.#ackedAt = now;
        this.acknowledged++;
      } catch (thrown) {
        if (thrown instanceof ExpiredError) {
          this.expired++;
          this.#identity = null;
        } else if (!(thrown instanceof LossError)) throw thrown;
        this.#session?.drop();
        this.#session = null;
        this.#turn++;
        // Refused connections come back at once: leave the servers the processor to start on.
        await pause(RETRY_AFTER_MS);
      }
    }
    this.#session?.drop();
  }

  async #connect(): Promise<ZooKeeperSession> {
    const endpoint = this.#endpoints[this.#turn % this.#endpoints.length];
    if (!endpoint) throw new Error("there are no servers");
    const session = await ZooKeeperSession.open(endpoint, {
      answerMs: ATTEMPT_MS,
      resume: this.#identity,
      lastZxid: this.#lastZxid,
    });
    this.#identity = session.identity;
    return session;
  }

  async #write(session: ZooKeeperSession, number: number): Promise<void> {
    const isCreate = number % 2 === 0;
    const path = this.#path(number);
    const value = this.#value(number);
    const write = isCreate ? session.create(path, value) : session.setData(path, value);
    const { error, zxid } = await write;
    this.#lastZxid = zxid;
    // Of a create whose answer was lost.
    const isAgain = isCreate && error === NODE_EXISTS;
    if (error !== 0 && !isAgain) throw new Error(`write ${number} of ${path}: error ${error}`);
  }

  #path(number: number): string {
    return `${this.#prefix}${Math.floor(number / 2)}`;
  }

  #value(number: number): string {
    return `write ${number} of ${this.#prefix}`;
  }
}
