import type { Prng } from "@quorate/core";
import { LockHistory, type ClientHistory, type Fact, type ZnodeRequest } from "@quorate/kv/testing";
import type { HostPort } from "../../../src/zookeeper/host-port.ts";
import { until } from "../until.ts";
import { SessionClient } from "../zookeeper-client/session-client.ts";
import { EphemeralObserver } from "./ephemeral-observer.ts";
import { EPHEMERALS, EphemeralOwner, type Nodes } from "./ephemeral-owner.ts";
import { LOCK_NAMES, LockBook, LOCKS, LockTaker } from "./lock-taker.ts";
import { NodeWatcher } from "./node-watcher.ts";
import { REGISTER_PATHS, REGISTERS, RegisterUser } from "./register-user.ts";
import { unlessLost, type Identity, type Worker } from "./worker.ts";

export interface CastOptions {
  readonly endpoints: readonly HostPort[];
  readonly prng: Prng;
  /** Of those who hold sessions on which others depend, and of everybody else. */
  readonly sessionMillis: { readonly short: number; readonly long: number };
}

/** How many there are of each, and what each does between one fault and the next at least. */
const ROLES = {
  "register user": { count: 4, more: 50 },
  "node watcher": { count: 3, more: 10 },
  "ephemeral owner": { count: 4, more: 1 },
  "ephemeral observer": { count: 2, more: 1 },
  "lock taker": { count: 10, more: 1 },
} as const;
type Role = keyof typeof ROLES;
const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/** All who are at work on an ensemble, and what they have seen. */
export class Cast {
  readonly locks: LockBook = new LockBook(new LockHistory(() => performance.now()));
  readonly #options: CastOptions;
  readonly #nodes: Nodes = { all: new Set(), living: new Set() };
  readonly #workers: { readonly role: Role; readonly worker: Worker }[] = [];
  /** Clients that are nobody's who works. */
  readonly #others: SessionClient[] = [];
  readonly #over = new AbortController();
  #working: Promise<unknown> = Promise.resolve();

  private constructor(options: CastOptions) {
    this.#options = options;
  }

  /** Makes the nodes that they need, and sets them to work. */
  static async begin(options: CastOptions): Promise<Cast> {
    const cast = new Cast(options);
    const founder = cast.#client("founder", options.endpoints);
    const locks = LOCK_NAMES.map((name) => `${LOCKS}/${name}`);
    for (const path of [REGISTERS, EPHEMERALS, LOCKS, ...locks]) {
      const node = { value: "", ephemeral: false, sequential: false } as const;
      await founder.ask({ kind: "create", path, ...node });
    }
    const { short, long } = options.sessionMillis;
    cast.#employ("register user", long, (who) => new RegisterUser(who));
    cast.#employ("node watcher", long, (who) => new NodeWatcher(who, cast.#nodes));
    cast.#employ("ephemeral owner", short, (who) => new EphemeralOwner(who, cast.#nodes));
    cast.#employ("ephemeral observer", long, (who) => new EphemeralObserver(who, cast.#nodes));
    cast.#employ("lock taker", short, (who) => new LockTaker(who, cast.locks));
    cast.#working = Promise.all(cast.#workers.map(({ worker }) => worker.work(cast.#over.signal)));
    return cast;
  }

  get histories(): readonly ClientHistory[] {
    const clients = this.#workers.flatMap(({ worker }) => worker.clients);
    return [...clients, ...this.#others].map(({ history }) => history);
  }

  /** What they have done, in words. */
  get summary(): string {
    const facts = this.histories.flatMap((history) => history.facts);
    const count = (kind: Fact["kind"]): number => facts.filter((fact) => fact.kind === kind).length;
    const unknown = count("asked") - count("answered");
    const did = ROLE_NAMES.map((role) => `${role}s ${this.#done(role)}`).join(", ");
    return (
      `${count("answered")} answers, ${unknown} requests of unknown outcome, ${count("told")} events, ` +
      `${count("connected")} connections, ${count("expired")} sessions expired; ${did}`
    );
  }

  /** How much those of a role have done. */
  #done(role: Role): number {
    const those = this.#workers.filter((each) => each.role === role);
    return those.reduce((sum, { worker }) => sum + worker.done, 0);
  }

  /** Resolves when those of each role have done some more. */
  async more(): Promise<void> {
    const goals = ROLE_NAMES.map((role) => {
      const { count, more } = ROLES[role];
      return { role, goal: this.#done(role) + count * more };
    });
    for (const { role, goal } of goals) {
      await until(`${role}: ${goal} done`, () => (this.#done(role) >= goal ? true : null));
    }
  }

  /**
   * Lets everybody finish, on an ensemble that is well again, waits until no ephemeral node is left, and
   * reads everything from every member.
   */
  async finish(): Promise<void> {
    this.#over.abort();
    await this.#working;
    for (const { worker } of this.#workers) await sayLast(worker);
    const { endpoints } = this.#options;
    const observers = this.#workers.map(({ worker }) => worker);
    await until("no ephemeral node is left", async () => {
      for (const each of observers) if (each instanceof EphemeralObserver) await each.look();
      return this.#nodes.living.size === 0 ? true : null;
    });
    for (const [i, endpoint] of endpoints.entries()) await this.#readAll(`reader ${i}`, endpoint);
    this.close();
  }

  close(): void {
    this.#over.abort();
    for (const { worker } of this.#workers) for (const client of worker.clients) client.abandon();
    for (const client of this.#others) client.abandon();
  }

  async #readAll(name: string, endpoint: HostPort): Promise<void> {
    const reader = this.#client(name, [endpoint]);
    const look = { watch: false } as const;
    const requests: readonly ZnodeRequest[] = [
      ...[REGISTERS, EPHEMERALS, LOCKS].map(
        (path) => ({ kind: "children", path, ...look }) as const,
      ),
      ...[...this.#nodes.all].map((path) => ({ kind: "exists", path, ...look }) as const),
      ...REGISTER_PATHS.flatMap((path) => [
        { kind: "sync" } as const,
        { kind: "get", path, ...look } as const,
      ]),
    ];
    await reader.ask({ kind: "sync" });
    await Promise.all(requests.map((request) => reader.ask(request)));
  }

  #employ(role: Role, sessionMillis: number, make: (who: Identity) => Worker): void {
    const { endpoints, prng } = this.#options;
    for (let i = 0; i < ROLES[role].count; i++) {
      const who = { name: `${role} ${i}`.replaceAll(" ", "-"), endpoints, sessionMillis };
      this.#workers.push({ role, worker: make({ ...who, prng: prng.fork() }) });
    }
  }

  #client(name: string, endpoints: readonly HostPort[]): SessionClient {
    const sessionMillis = this.#options.sessionMillis.long;
    const client = new SessionClient({ name, endpoints, sessionMillis });
    this.#others.push(client);
    return client;
  }
}

/** By then each of its watches must have told what it has to tell. */
async function sayLast({ clients }: Worker): Promise<void> {
  for (const client of clients) {
    if (client.hasLeft) continue;
    await until(`${client.name} is answered`, () => unlessLost(client.ask({ kind: "sync" })));
  }
}
