import { setTimeout as pause } from "node:timers/promises";
import type { Prng } from "@quorate/core";
import type { SessionClient } from "../zookeeper-client/session-client.ts";
import { newClient, unlessLost, type Identity, type Worker } from "./worker.ts";

const NODES_MAX = 3;
const LIVES_MS = { from: 200, to: 3000 };
/** So often a session is without a connection for a while, and lives on. */
const MOVES = 0.5;
/** In session timeouts. */
const TOO_LATE = 1.5;

export const EPHEMERALS = "/ephemerals";

/** The paths of ephemeral nodes that were created for certain. */
export interface Nodes {
  readonly all: Set<string>;
  /** Those that nobody has found gone yet. */
  readonly living: Set<string>;
}

/** Has one session after the other, each with nodes of its own that must end with it. */
export class EphemeralOwner implements Worker {
  readonly #who: Identity;
  readonly #prng: Prng;
  readonly #nodes: Nodes;
  readonly #clients: SessionClient[] = [];
  #done = 0;

  constructor(who: Identity, nodes: Nodes) {
    this.#who = who;
    this.#prng = who.prng;
    this.#nodes = nodes;
  }

  get clients(): readonly SessionClient[] {
    return this.#clients;
  }

  /** How many of its sessions it has left to their end. */
  get done(): number {
    return this.#done;
  }

  async work(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const client = newClient(this.#who, `${this.#who.name}.${this.#clients.length}`);
      this.#clients.push(client);
      for (let i = this.#prng.between(1, NODES_MAX); i > 0; i--) await this.#create(client, i);
      if (this.#prng.chance(MOVES)) client.move(this.#prng.below(this.#who.sessionMillis / 2));
      await pause(this.#prng.between(LIVES_MS.from, LIVES_MS.to));
      await this.#leave(client);
      this.#done++;
    }
  }

  async #create(client: SessionClient, i: number): Promise<void> {
    const path = `${EPHEMERALS}/${client.name}.${i}`;
    const asked = client.ask({
      kind: "create",
      path,
      value: "",
      ephemeral: true,
      sequential: false,
    });
    const answered = await unlessLost(asked);
    if (answered?.result.kind !== "created") return;
    this.#nodes.all.add(path);
    this.#nodes.living.add(path);
  }

  async #leave(client: SessionClient): Promise<void> {
    switch (this.#prng.below(6)) {
      case 0:
        await this.#comeBackTooLate(client);
        break;
      case 1:
        client.fallSilent();
        break;
      case 2:
      case 3:
        client.abandon();
        break;
      default:
        await unlessLost(client.close());
    }
  }

  /** It finds its session gone, and has another. */
  async #comeBackTooLate(client: SessionClient): Promise<void> {
    client.move(this.#who.sessionMillis * TOO_LATE);
    await unlessLost(client.connected());
    client.abandon();
  }
}
