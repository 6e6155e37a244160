import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { LineProcess } from "../etcd-libraries/line-process.ts";
import type { GuardedRegister } from "./guarded-register.ts";

const HOLDER = fileURLToPath(new URL("holder.ts", import.meta.url));
/** Long enough to be renewed by another leader. */
const TTL_SECONDS = 5;

/** How a lock can be taken. */
export type Way = "recipe" | "service" | "zookeeper";

/** A process that has a lock, or waits for it, and writes what the lock protects. */
export class Holder extends LineProcess {
  static readonly #all = new Set<Holder>();

  static launch(way: Way, endpoints: readonly string[], register: GuardedRegister): Holder {
    const args = [way, endpoints.join(","), `lock/${way}`, `${TTL_SECONDS}`, `${register.port}`];
    const holder = new Holder([process.execPath, HOLDER, ...args]);
    Holder.#all.add(holder);
    return holder;
  }

  static async killAll(): Promise<void> {
    for (const holder of Holder.#all) await holder.kill();
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
    Holder.#all.delete(this);
    await super.kill();
  }
}

/** Those who take one lock, one after the other. */
export class Succession {
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
