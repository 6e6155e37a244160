import type { NodeId } from "../../ids.ts";
import type { Prng } from "../../prng.ts";
import { isOpen, type SimCluster } from "./sim-cluster.ts";
import type { SimHistory } from "./sim-history.ts";
import type { SimLife } from "./sim-member.ts";

/** What became of an operation, as its client can tell. */
type Ending =
  | { readonly kind: "done"; readonly value: number | null }
  | { readonly kind: "refused" }
  | { readonly kind: "unknown" };

/**
 * Clients that write and read registers at any member, one operation at a time each. What is refused
 * they try again with another value; what stays open they give up on, as real clients do.
 */
export class SimClients<Message> {
  readonly #cluster: SimCluster<Message>;
  readonly #history: SimHistory;
  readonly #prng: Prng;
  /** Writes under way, by value. */
  readonly #open = new Map<number, { readonly register: number; readonly invoked: number }>();
  #values = 0;
  #stopped = false;

  constructor(cluster: SimCluster<Message>, history: SimHistory, prng: Prng) {
    this.#cluster = cluster;
    this.#history = history;
    this.#prng = prng;
  }

  start(): void {
    for (let left = this.#cluster.settings.workload.clients; left > 0; left--) {
      this.#goOn(this.#prng.fork(), this.#prng.pick(this.#cluster.ids));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The run is over: what is still under way has no outcome. */
  finish(): void {
    for (const [value, { register, invoked }] of this.#open) {
      this.#history.add(register, { kind: "write", value, invoked, returned: Infinity });
    }
    this.#open.clear();
  }

  /** A value that no other write has. */
  nextValue(): number {
    return ++this.#values;
  }

  #goOn(prng: Prng, at: NodeId): void {
    const { think } = this.#cluster.settings.workload;
    this.#cluster.after(prng.between(think.from, think.to), () => {
      if (!this.#stopped) this.#operate(prng, at);
    });
  }

  #operate(prng: Prng, at: NodeId): void {
    const { registers, writeShare, localReadShare } = this.#cluster.settings.workload;
    const register = prng.below(registers);
    if (prng.chance(localReadShare)) {
      this.#readLocally(prng, at, register);
      return;
    }
    const kind = prng.chance(writeShare) ? "write" : "read";
    const written = kind === "write" ? this.nextValue() : null;
    const invoked = this.#history.moment();
    if (written !== null) this.#open.set(written, { register, invoked });
    this.#request(prng, at, register, written, (ending) => {
      if (written !== null) this.#open.delete(written);
      const moment = this.#history.moment();
      if (ending.kind === "done") {
        this.#history.add(register, { kind, value: ending.value, invoked, returned: moment });
      } else if (ending.kind === "unknown" && kind === "write") {
        this.#history.add(register, { kind, value: written, invoked, returned: Infinity });
      }
      const elsewhere = ending.kind !== "done" || prng.chance(0.1);
      this.#goOn(prng, elsewhere ? prng.pick(this.#cluster.ids) : at);
    });
  }

  /** Sends the request, waits, gives up; ends exactly once. */
  #request(
    prng: Prng,
    at: NodeId,
    register: number,
    value: number | null,
    done: (ending: Ending) => void,
  ): void {
    const cluster = this.#cluster;
    const { delay, workload } = cluster.settings;
    let ended = false;
    const end = (ending: Ending): void => {
      if (ended) return;
      ended = true;
      done(ending);
    };
    const answer = (ending: Ending): void =>
      cluster.after(prng.between(0, delay.to), () => end(ending));
    cluster.after(workload.timeoutMillis, () => end({ kind: "unknown" }));
    cluster.inMember(at, prng.between(0, delay.to), (life) => {
      if (life === null || life.driver === null) return answer({ kind: "refused" });
      const broken = (): void => answer({ kind: "unknown" });
      life.connections.add(broken);
      this.#serve(
        life,
        at,
        register,
        value,
        (ending) => {
          life.connections.delete(broken);
          answer(ending);
        },
        prng,
      );
    });
  }

  #serve(
    life: SimLife<Message>,
    at: NodeId,
    register: number,
    value: number | null,
    done: (ending: Ending) => void,
    prng: Prng,
  ): void {
    const cluster = this.#cluster;
    if (value !== null) {
      const padding = prng.between(0, cluster.settings.workload.paddingBytesMax);
      cluster.proposeIn(life, { register, value, padding }, (outcome) => {
        if (outcome.kind === "done") done({ kind: "done", value: outcome.result });
        else done({ kind: isOpen(outcome.error) ? "unknown" : "refused" });
      });
      return;
    }
    const member = cluster.members.get(at);
    if (member === undefined) return;
    cluster.readIn(member, life, register, (outcome) => {
      if (outcome.kind === "done") done({ kind: "done", value: outcome.value });
      else done({ kind: "refused" });
    });
  }

  /** May be stale, but must have been written by somebody. */
  #readLocally(prng: Prng, at: NodeId, register: number): void {
    this.#cluster.inMember(at, 0, (life) => {
      const value = life?.machine.read(register) ?? 0;
      if (value > this.#values) {
        this.#cluster.observer.violated("local-read", `${at} holds ${value}, which nobody wrote`);
      }
      this.#goOn(prng, at);
    });
  }
}
