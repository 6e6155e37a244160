import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import { connect, EtcdError, LeaseLostError, type EtcdClient, type Lock } from "@quorate/kv";
import type { LockHistory } from "@quorate/kv/testing";
import type { Identity } from "./historic-client.ts";

const TIMEOUT_MS = 2000;
const LOCKS = 3;
/** Some faults outlast it. */
const TTL_SECONDS = 2;
const HOLDS_MS_MAX = 100;

/** A client that takes locks and lets them go, and whose doing becomes part of a history. */
export class LockTaker {
  readonly etcd: EtcdClient;
  readonly #name: string;
  readonly #prng: Prng;
  readonly #history: LockHistory;
  readonly #certainUntil: Map<bigint, number>;
  #failed = 0;

  /** @param certainUntil - until when each lease is known to live, for all clients */
  constructor(who: Identity, history: LockHistory, certainUntil: Map<bigint, number>) {
    const { name, endpoints, prng } = who;
    this.etcd = connect({ endpoints, timeoutMillis: TIMEOUT_MS });
    this.#name = name;
    this.#prng = prng;
    this.#history = history;
    this.#certainUntil = certainUntil;
  }

  /** How often it got no lock, or may have let go of none. */
  get failed(): number {
    return this.#failed;
  }

  async work(over: AbortSignal): Promise<void> {
    for (let count = 1; !over.aborted; count++) {
      try {
        await this.#takeOne(`${this.#name}.${count}`, over);
      } catch (thrown) {
        if (over.aborted) return;
        if (!(thrown instanceof EtcdError) && !(thrown instanceof LeaseLostError)) throw thrown;
        this.#failed++;
        await pause(this.#prng.between(1, HOLDS_MS_MAX));
      }
    }
  }

  async #takeOne(owner: string, over: AbortSignal): Promise<void> {
    const key = `lock${this.#prng.below(LOCKS)}`;
    const invoked = performance.now();
    const lock = await this.etcd.lock(key, { ttlSeconds: TTL_SECONDS, signal: over });
    const { fencingToken: token, lease } = lock;
    const holder = this.#history.acquired({ key, owner, token, lease: lease.id, invoked });
    this.#note(lock);
    await pause(this.#prng.between(1, HOLDS_MS_MAX));
    this.#note(lock);
    await this.#history.release(holder, () => lock.release());
  }

  #note({ lease }: Lock): void {
    if (lease.lost.aborted) return;
    this.#certainUntil.set(lease.id, performance.now() + lease.remainingMillis);
  }
}
