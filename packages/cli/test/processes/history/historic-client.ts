import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { EtcdAnswer, EtcdKeyValue, EtcdRequest } from "@quorate/core/testing/linearizability";
import { connect, type EtcdClient } from "@quorate/kv";
import type { KeyHistory } from "@quorate/kv/testing";
import { until } from "../until.ts";
import { KEYS, read, type Workload } from "./workloads.ts";

/** So short that answers go missing where a member is replaced. */
const TIMEOUT_MS = { from: 1000, to: 2000 };
const THINK_MS_MAX = 20;

/** Who a client is, and whom it asks. */
export interface Identity {
  readonly name: string;
  /** It goes on to the next when one fails. */
  readonly endpoints: readonly string[];
  readonly prng: Prng;
}

/** A client whose requests and answers become part of a history. */
export class HistoricClient {
  readonly name: string;
  readonly etcd: EtcdClient;
  readonly #prng: Prng;
  readonly #workload: Workload;
  readonly #history: KeyHistory;
  readonly #seen = new Map<string, EtcdKeyValue>();
  #failed = 0;

  constructor(who: Identity, workload: Workload, history: KeyHistory) {
    const { name, endpoints, prng } = who;
    const timeoutMillis = prng.between(TIMEOUT_MS.from, TIMEOUT_MS.to);
    this.name = name;
    this.etcd = connect({ endpoints, timeoutMillis });
    this.#prng = prng;
    this.#workload = workload;
    this.#history = history;
  }

  /** How many of its requests failed, whether or not they had an effect. */
  get failed(): number {
    return this.#failed;
  }

  /** Makes one request after the other until it is over. */
  async work(over: AbortSignal): Promise<void> {
    for (let count = 1; !over.aborted; count++) {
      const value = `${this.name}.${count}`;
      await this.#ask(this.#workload.next({ prng: this.#prng, value, seen: this.#seen }));
      await pause(this.#prng.between(1, THINK_MS_MAX));
    }
  }

  /** Reads every key once, when all is well again. */
  async readAll(): Promise<void> {
    for (const key of KEYS) await until(`${key} is read`, () => this.#ask(read(key)));
  }

  async #ask(request: EtcdRequest): Promise<EtcdAnswer | null> {
    const answer = await this.#history.ask(this, request);
    if (answer === null) this.#failed++;
    else this.#learn(answer);
    return answer;
  }

  #learn({ result }: EtcdAnswer): void {
    for (const each of result.kind === "txn" ? result.results : [result]) {
      if (each.kind === "range") for (const kv of each.kvs) this.#seen.set(kv.key, kv);
    }
  }
}
