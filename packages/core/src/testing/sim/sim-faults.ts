import type { NodeId } from "../../ids.ts";
import type { Prng } from "../../prng.ts";
import type { FaultTarget } from "./fault-target.ts";
import type { FaultWeights, Span } from "./sim-settings.ts";

/** Begins a fault and returns how it ends; null when it cannot begin now. */
type Fault = () => (() => void) | null;

/**
 * Does to a cluster what its settings say: picks a fault now and then, lets it last, ends it. Faults
 * overlap. It draws from a generator of its own.
 */
export class SimFaults {
  readonly #cluster: FaultTarget;
  readonly #prng: Prng;
  readonly #kinds: Readonly<Record<keyof FaultWeights, Fault>>;
  /** How to end the faults under way. */
  readonly #under: Set<() => void> = new Set<() => void>();
  #stopped = false;

  constructor(cluster: FaultTarget, prng: Prng) {
    this.#cluster = cluster;
    this.#prng = prng;
    this.#kinds = {
      crash: () => this.crash(this.#anyone()),
      crashLeader: () => this.crash(cluster.leader() ?? this.#anyone()),
      crashAll: () => this.#crashAll(),
      pause: () => this.#pause(this.#anyone()),
      pauseLeader: () => this.#pause(cluster.leader() ?? this.#anyone()),
      isolate: () => this.#isolate(cluster.leader(), this.#anyone()),
      split: () => this.#split(),
      oneWay: () => this.#oneWay(),
      breakLink: () => this.#breakLink(),
      stallDisk: () => this.#stallDisk(this.#anyone()),
      fullDisk: () => this.#fullDisk(this.#anyone()),
      slowDisk: () => this.#slowDisk(this.#anyone()),
      setClock: () => this.#setClock(this.#anyone()),
      transfer: () => this.#transfer(cluster.leader() ?? this.#anyone()),
    };
  }

  /** Begins to pick faults. */
  start(): void {
    this.#cluster.after(this.#draw(this.#cluster.settings.calm), () => {
      if (this.#stopped) return;
      this.#begin(this.#kinds[this.#pickKind()], this.#duration());
      this.start();
    });
  }

  /** Ends all faults under way, for good. */
  stop(): void {
    this.#stopped = true;
    for (const end of this.#under) end();
    this.#under.clear();
    this.#cluster.heal();
    for (const id of this.#cluster.ids) {
      this.#cluster.resume(id);
      this.#cluster.restart(id);
    }
  }

  /** The member dies and is started again later; its peers notice sooner or later. */
  crash(id: NodeId): (() => void) | null {
    if (!this.#cluster.isUp(id)) return null;
    const silent = this.#prng.chance(0.2) ? 20 : 1;
    const noticeMillis = (): number => silent * this.#draw(this.#cluster.settings.delay);
    this.#cluster.crash(id, { noticeMillis });
    return () => this.#cluster.restart(id);
  }

  #begin(fault: Fault, millis: number): void {
    const finish = fault();
    if (finish === null) return;
    this.#under.add(finish);
    this.#cluster.after(millis, () => {
      if (this.#under.delete(finish)) finish();
    });
  }

  #crashAll(): () => void {
    const ends = this.#cluster.ids.map((id) => this.crash(id));
    return () => {
      for (const end of ends) end?.();
    };
  }

  #pause(id: NodeId): (() => void) | null {
    if (!this.#cluster.isUp(id) || this.#cluster.isPaused(id)) return null;
    this.#cluster.pause(id);
    return () => this.#cluster.resume(id);
  }

  /** One member against all others; often the leader. */
  #isolate(leader: NodeId | null, anyone: NodeId): () => void {
    const alone = leader !== null && this.#prng.chance(0.6) ? leader : anyone;
    return this.#cut(this.#pairs((a, b) => a === alone || b === alone));
  }

  #split(): () => void {
    const side = new Set(this.#cluster.ids.filter(() => this.#prng.chance(0.5)));
    return this.#cut(this.#pairs((a, b) => side.has(a) !== side.has(b)));
  }

  /** Some ways are blocked, the ways back are not. */
  #oneWay(): () => void {
    const from = this.#anyone();
    const outwards = this.#prng.chance(0.5);
    return this.#cut(this.#pairs((a, b) => (outwards ? a : b) === from && this.#prng.chance(0.7)));
  }

  /** Blocks the ways; their links break when TCP gives up, unless the ways are free before. */
  #cut(ways: readonly (readonly [NodeId, NodeId])[]): () => void {
    const cluster = this.#cluster;
    // Often at once: then the others elect while a leader that was cut off still believes in itself.
    const soon = this.#prng.chance(0.5) ? 50 : 3000;
    const patience = this.#prng.chance(0.6) ? this.#prng.between(0, soon) : Infinity;
    for (const [a, b] of ways) cluster.block(a, b);
    if (patience < Infinity) {
      cluster.after(patience, () => {
        for (const [a, b] of ways) {
          if (cluster.isBlocked(a, b)) {
            cluster.breakLinks(a, b, () => this.#prng.between(0, 500));
          }
        }
      });
    }
    return () => {
      for (const [a, b] of ways) cluster.unblock(a, b);
    };
  }

  /** A member's links break and are dialled again at once, a few times. */
  #breakLink(): () => void {
    const a = this.#anyone();
    for (const b of this.#cluster.ids) {
      if (b === a || this.#prng.chance(0.5)) continue;
      this.#cluster.breakLinks(a, b, () =>
        this.#prng.chance(0.5) ? 0 : this.#prng.between(0, 300),
      );
    }
    return () => {};
  }

  #stallDisk(id: NodeId): () => void {
    this.#cluster.stallDisk(id);
    return () => this.#cluster.resumeDisk(id);
  }

  #fullDisk(id: NodeId): () => void {
    this.#cluster.setDiskFull(id, true);
    return () => this.#cluster.setDiskFull(id, false);
  }

  #slowDisk(id: NodeId): () => void {
    this.#cluster.slowDisk(id, this.#prng.between(2, 30));
    return () => this.#cluster.slowDisk(id, 1);
  }

  #setClock(id: NodeId): () => void {
    this.#cluster.setClock(id, this.#prng.between(-60_000, 60_000));
    return () => {};
  }

  /** Who leads is asked to hand leadership over; anyone, while nobody does. */
  #transfer(from: NodeId): (() => void) | null {
    const others = this.#cluster.ids.filter((id) => id !== from);
    if (others.length === 0 || !this.#cluster.isUp(from)) return null;
    this.#cluster.transfer(from, this.#prng.pick(others));
    return () => {};
  }

  #pairs(which: (a: NodeId, b: NodeId) => boolean): readonly (readonly [NodeId, NodeId])[] {
    const { ids } = this.#cluster;
    return ids.flatMap((a) =>
      ids.filter((b) => a !== b && which(a, b)).map((b): readonly [NodeId, NodeId] => [a, b]),
    );
  }

  #pickKind(): keyof FaultWeights {
    const { faults } = this.#cluster.settings;
    const kinds = Object.keys(this.#kinds) as (keyof FaultWeights)[];
    let left = this.#prng.below(kinds.reduce((sum, kind) => sum + faults[kind], 0));
    return kinds.find((kind) => (left -= faults[kind]) < 0) ?? "crash";
  }

  #anyone(): NodeId {
    return this.#prng.pick(this.#cluster.ids);
  }

  /** Mostly about an election, sometimes much longer. */
  #duration(): number {
    const { electionMillis } = this.#cluster.settings;
    return this.#prng.between(1, electionMillis * (this.#prng.chance(0.2) ? 15 : 4));
  }

  #draw({ from, to }: Span): number {
    return from + (this.#prng.below(1000) / 1000) * (to - from);
  }
}
