import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { FencedWrite, LockHistory } from "@quorate/kv/testing";
import { Fence } from "../locks/fence.ts";
import { askUntilAnswered, takeLock } from "../zookeeper-client/lock-recipe.ts";
import { SessionOverError, type SessionClient } from "../zookeeper-client/session-client.ts";
import { newClient, type Identity, type Worker } from "./worker.ts";

const HOLDS_MS_MAX = 100;

export const LOCKS = "/locks";
export const LOCK_NAMES: readonly string[] = ["a", "b", "c"];

/** What all takers of locks write down. */
export class LockBook {
  readonly history: LockHistory;
  readonly writes: FencedWrite[] = [];
  readonly #fences = new Map(LOCK_NAMES.map((lock) => [lock, new Fence()]));

  constructor(history: LockHistory) {
    this.history = history;
  }

  /** Writes what the lock protects. */
  write(lock: string, token: number, session: bigint): void {
    const accepted = this.#fences.get(lock)?.take(token) ?? false;
    this.writes.push({ lock, token, session, at: performance.now(), accepted });
  }
}

/** Takes one lock after the other, writes what it protects, and lets it go. */
export class LockTaker implements Worker {
  readonly #name: string;
  readonly #prng: Prng;
  readonly #client: SessionClient;
  readonly #book: LockBook;
  #done = 0;

  constructor(who: Identity, book: LockBook) {
    this.#name = who.name;
    this.#prng = who.prng;
    this.#client = newClient(who);
    this.#book = book;
  }

  get clients(): readonly SessionClient[] {
    return [this.#client];
  }

  /** How many locks it has had. */
  get done(): number {
    return this.#done;
  }

  async work(over: AbortSignal): Promise<void> {
    for (let count = 1; !over.aborted; count++) {
      try {
        await this.#takeOne(`${this.#name}.${count}`);
        this.#done++;
      } catch (thrown) {
        if (!(thrown instanceof SessionOverError)) throw thrown;
      }
    }
  }

  async #takeOne(owner: string): Promise<void> {
    const key = this.#prng.pick(LOCK_NAMES);
    const invoked = performance.now();
    const { path, token } = await takeLock(this.#client, `${LOCKS}/${key}`, owner);
    const { session } = this.#client;
    const { history } = this.#book;
    const holder = history.acquired({ key, owner, token, lease: session, invoked });
    this.#book.write(key, token, session);
    await pause(this.#prng.between(1, HOLDS_MS_MAX));
    this.#book.write(key, token, session);
    const remove = { kind: "delete", path, version: null } as const;
    await history.release(holder, () => askUntilAnswered(this.#client, remove));
  }
}
