import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { ZnodeRequest } from "@quorate/kv/testing";
import type { Answered, SessionClient } from "../zookeeper-client/session-client.ts";
import type { Nodes } from "./ephemeral-owner.ts";
import { REGISTER_PATHS, REGISTERS } from "./register-user.ts";
import { newClient, unlessLost, type Identity, type Worker } from "./worker.ts";

const THINK_MS_MAX = 40;
/** It moves so often to another server, and is away so long: meanwhile things happen that it watches. */
const MOVES = 0.05;
const AWAY_MS_MAX = 100;

/** Leaves one-shot watches, is told, and leaves them again. */
export class NodeWatcher implements Worker {
  readonly #prng: Prng;
  readonly #client: SessionClient;
  readonly #nodes: Nodes;
  #done = 0;

  constructor(who: Identity, nodes: Nodes) {
    this.#prng = who.prng;
    this.#client = newClient(who);
    this.#nodes = nodes;
  }

  get clients(): readonly SessionClient[] {
    return [this.#client];
  }

  /** How often it was told. */
  get done(): number {
    return this.#done;
  }

  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const answered = await unlessLost(this.#client.ask(this.#next()));
      if (answered !== null) void this.#count(answered.event);
      if (this.#prng.chance(MOVES)) this.#client.move(this.#prng.between(0, AWAY_MS_MAX));
      await pause(this.#prng.between(1, THINK_MS_MAX));
    }
  }

  async #count(event: Answered["event"]): Promise<void> {
    if ((await event) !== null) this.#done++;
  }

  #next(): ZnodeRequest {
    const { living } = this.#nodes;
    switch (this.#prng.below(5)) {
      case 0:
        return { kind: "children", path: REGISTERS, watch: true };
      case 1:
        if (living.size > 0) {
          return { kind: "exists", path: this.#prng.pick([...living]), watch: true };
        }
        return { kind: "children", path: REGISTERS, watch: true };
      case 2:
        return { kind: "get", path: this.#prng.pick(REGISTER_PATHS), watch: true };
      default:
        return { kind: "exists", path: this.#prng.pick(REGISTER_PATHS), watch: true };
    }
  }
}
