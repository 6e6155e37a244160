import { setTimeout as pause } from "node:timers/promises";
import { REFUSED } from "@quorate/kv/testing";
import type { SessionClient } from "../zookeeper-client/session-client.ts";
import type { Nodes } from "./ephemeral-owner.ts";
import { newClient, unlessLost, type Identity, type Worker } from "./worker.ts";

const LOOK_EVERY_MS = 50;

/** Looks again and again which of the ephemeral nodes are there, behind a `sync`. */
export class EphemeralObserver implements Worker {
  readonly #client: SessionClient;
  readonly #nodes: Nodes;
  #done = 0;

  constructor(who: Identity, nodes: Nodes) {
    this.#client = newClient(who);
    this.#nodes = nodes;
  }

  get clients(): readonly SessionClient[] {
    return [this.#client];
  }

  /** How many nodes it has found gone. */
  get done(): number {
    return this.#done;
  }

  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.look();
      await pause(LOOK_EVERY_MS);
    }
  }

  async look(): Promise<void> {
    const synced = await unlessLost(this.#client.ask({ kind: "sync" }));
    if (synced === null) return;
    await Promise.all([...this.#nodes.living].map((path) => this.#lookAt(path)));
  }

  async #lookAt(path: string): Promise<void> {
    const answered = await unlessLost(this.#client.ask({ kind: "exists", path, watch: false }));
    const result = answered?.result;
    if (result?.kind !== "refused" || result.code !== REFUSED.noNode) return;
    if (this.#nodes.living.delete(path)) this.#done++;
  }
}
