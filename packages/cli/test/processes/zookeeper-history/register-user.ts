import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { ZnodeRequest } from "@quorate/kv/testing";
import type { SessionClient } from "../zookeeper-client/session-client.ts";
import { newClient, unlessLost, type Identity, type Worker } from "./worker.ts";

const AT_ONCE_MAX = 3;
const THINK_MS_MAX = 20;
/** It moves so often to another server, which may be behind the last one. */
const MOVES = 0.02;

export const REGISTERS = "/registers";
export const REGISTER_PATHS: readonly string[] = Array.from(
  { length: 10 },
  (_, i) => `${REGISTERS}/${i}`,
);

/** Creates nodes, sets, deletes and reads them, several requests at once without waiting. */
export class RegisterUser implements Worker {
  readonly #name: string;
  readonly #prng: Prng;
  readonly #client: SessionClient;
  /** Of each node, as it was seen last. */
  readonly #versions = new Map<string, number>();
  #count = 0;
  #done = 0;

  constructor(who: Identity) {
    this.#name = who.name;
    this.#prng = who.prng;
    this.#client = newClient(who);
  }

  get clients(): readonly SessionClient[] {
    return [this.#client];
  }

  get done(): number {
    return this.#done;
  }

  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const requests = Array.from({ length: this.#prng.between(1, AT_ONCE_MAX) }, () =>
        this.#next(),
      );
      await Promise.all(requests.flat().map((request) => this.#ask(request)));
      if (this.#prng.chance(MOVES)) this.#client.move(0);
      await pause(this.#prng.between(1, THINK_MS_MAX));
    }
  }

  #next(): readonly ZnodeRequest[] {
    const path = this.#prng.pick(REGISTER_PATHS);
    const value = `${this.#name}.${++this.#count}`;
    const seen = this.#versions.get(path) ?? 0;
    const version = this.#prng.chance(0.5) ? seen : null;
    switch (this.#prng.below(10)) {
      case 0:
      case 1:
        return [{ kind: "create", path, value, ephemeral: false, sequential: false }];
      case 2:
        return [{ kind: "delete", path, version }];
      case 3:
        return [{ kind: "get", path, watch: false }];
      case 4:
      case 5:
      case 6:
        return [{ kind: "sync" }, { kind: "get", path, watch: false }];
      default:
        return [{ kind: "set", path, value, version }];
    }
  }

  async #ask(request: ZnodeRequest): Promise<void> {
    const answered = await unlessLost(this.#client.ask(request));
    if (answered === null) return;
    const { result } = answered;
    if ("path" in request && "stat" in result) {
      this.#versions.set(request.path, result.stat.version);
    }
    this.#done++;
  }
}
