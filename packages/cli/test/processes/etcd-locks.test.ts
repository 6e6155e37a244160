import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { LineProcess } from "./etcd-libraries/line-process.ts";
import { whileKilled } from "./etcd-libraries/while-killed.ts";
import { GuardedRegister } from "./locks/guarded-register.ts";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
const FLAGS = ["--heartbeat-interval=50", "--election-timeout=500"];
/** Long enough to be renewed by another leader. */
const TTL_SECONDS = 5;
const HOLDER = fileURLToPath(new URL("locks/holder.ts", import.meta.url));

/** How a lock can be taken. */
const WAYS = ["recipe", "service"] as const;
type Way = (typeof WAYS)[number];

let cluster: RealCluster | null = null;
const registers: GuardedRegister[] = [];
const holders = new Set<Holder>();
afterEach(async () => {
  for (const holder of holders) await holder.kill();
  for (const register of registers.splice(0)) register.close();
  await cluster?.close();
  cluster = null;
});

/** A process that has a lock, or waits for it, and writes what the lock protects. */
class Holder extends LineProcess {
  static launch(way: Way, endpoints: readonly string[], register: GuardedRegister): Holder {
    const args = [way, endpoints.join(","), `lock/${way}`, `${TTL_SECONDS}`, `${register.port}`];
    const holder = new Holder([process.execPath, HOLDER, ...args]);
    holders.add(holder);
    return holder;
  }

  /** Waits until it has the lock. */
  async token(): Promise<number> {
    const line = await this.next();
    const [, token] = /^holds (\d+)$/.exec(line) ?? [];
    if (token === undefined) throw new Error(`it said: ${line}`);
    return Number(token);
  }

  async write(): Promise<string> {
    this.say("write");
    return this.next();
  }

  override async kill(): Promise<void> {
    holders.delete(this);
    await super.kill();
  }
}

/** Those who take one lock, one after the other. */
class Succession {
  readonly #begin: () => Holder;
  #holder: Holder;
  #token = 0;
  #next: Holder | null = null;

  constructor(begin: () => Holder) {
    this.#begin = begin;
    this.#holder = begin();
  }

  async begin(): Promise<void> {
    this.#token = await this.#holder.token();
  }

  async writeOnce(): Promise<void> {
    expect(await this.#holder.write()).toBe("accepted");
  }

  /** Stops the holder between its look at the lock and its write; somebody waits for the lock. */
  async stopHolder(): Promise<void> {
    this.#next = this.#begin();
    this.#holder.say("stop");
    expect(await this.#holder.next()).toBe("has it");
  }

  /** The next one writes; the old one wakes, writes what it was about to write, and goes on. */
  async succeed(): Promise<void> {
    const old = this.#holder;
    const next = this.#next ?? this.#begin();
    const token = await next.token();
    expect(token).toBeGreaterThan(this.#token);
    expect(await next.write()).toBe("accepted");
    old.signal("SIGCONT");
    expect([await old.next(), await old.next()].sort()).toEqual(["lost", "refused"]);
    for (let i = 0; i < 3; i++) expect(await old.write()).toBe("refused");
    expect(await next.write()).toBe("accepted");
    await old.kill();
    [this.#holder, this.#token] = [next, token];
  }
}

test(
  `what a lock protects refuses ${ROUNDS} holders that were paused past their lease, of each kind`,
  async () => {
    const running = (cluster = await RealCluster.start(3, { flags: FLAGS }));
    const killLeader = async (): Promise<void> =>
      whileKilled(running, await running.leader(), async () => undefined);
    const successions: Succession[] = [];
    for (const way of WAYS) {
      const register = await GuardedRegister.open();
      registers.push(register);
      successions.push(new Succession(() => Holder.launch(way, running.endpoints, register)));
    }
    const each = (act: (of: Succession) => Promise<void>) => Promise.all(successions.map(act));
    await each((of) => of.begin());
    for (let round = 0; round < ROUNDS; round++) {
      await killLeader();
      await each((of) => of.writeOnce());
      await each((of) => of.stopHolder());
      await killLeader();
      await each((of) => of.succeed());
    }
  },
  (ROUNDS + 1) * MINUTE,
);
