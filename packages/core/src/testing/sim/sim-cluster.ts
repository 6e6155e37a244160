import { QuorateError } from "../../errors.ts";
import type { Index, NodeId } from "../../ids.ts";
import { MemoryNetwork } from "../../memory/memory-network.ts";
import type { Outcome } from "../../ports/replicated-log.ts";
import { Prng } from "../../prng.ts";
import type { GroupView } from "../../protocol.ts";
import type { QuorumRule } from "../../quorum/rule.ts";
import { EventQueue } from "../../memory/event-queue.ts";
import type { FaultTarget } from "./fault-target.ts";
import { encodeRegisterCommand } from "./register-machine.ts";
import type { SimListener } from "./sim-listener.ts";
import { SimMember, type SimLife, type SimWorld } from "./sim-member.ts";
import { SimObserver } from "./sim-observer.ts";
import type { SimProtocol } from "./sim-protocol.ts";
import { PLAIN_SETTINGS, type SimSettings } from "./sim-settings.ts";
import type { SimTrace } from "./sim-trace.ts";

/** What a {@link SimCluster} is made from. */
export interface SimClusterOptions<Message> {
  readonly protocol: SimProtocol<Message>;
  readonly seed?: number;
  readonly settings?: Partial<SimSettings>;
  /** Whose agreement decides; a majority of the voting members, when left out. */
  readonly quorum?: QuorumRule;
  /** Members that are not started; {@link SimCluster.restart} starts them. */
  readonly down?: readonly NodeId[];
  readonly onTrace?: (trace: SimTrace) => void;
  readonly listener?: SimListener<Message>;
}

/** How a process dies. */
export interface SimCrash {
  /** When each peer sees its link break; soon after, when left out. */
  readonly noticeMillis?: (peer: NodeId) => number;
  /** How many of so many unsynced writes are not lost after all; chance decides, when left out. */
  readonly survivors?: (queued: number) => number;
}

/** A write to a register; `padding` bytes make its entry larger. */
export interface SimWrite {
  readonly register: number;
  readonly value: number;
  readonly padding?: number;
}

/** A request to a member, and its answer once it has come. */
export interface SimRequest<Answer> {
  answer: Answer | null;
}

/** The answer to a read. */
export type SimReadAnswer =
  | { readonly kind: "done"; readonly value: number | null }
  | { readonly kind: "failed"; readonly error: QuorateError };

/** How a transfer of leadership went. */
export type SimTransferAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: QuorateError };

/**
 * A whole cluster in virtual time: real protocol, real driver, disks and network in memory. Nothing
 * happens but in {@link run}; everything that happens follows from the seed and the calls.
 *
 * @example
 * ```ts
 * import { SimCluster } from "@quorate/core/testing/sim";
 * import { simulatedRaft } from "@quorate/raft/testing";
 *
 * const cluster = new SimCluster({ protocol: simulatedRaft });
 * cluster.runUntil(() => cluster.leader() !== null, 10_000);
 * const write = cluster.propose("n1", { register: 0, value: 7 });
 * cluster.partition([["n1", "n2"], ["n3"]]);
 * cluster.run(5000);
 * console.log(write.answer?.kind, cluster.violations);
 * // → done []
 * ```
 */
export class SimCluster<Message> implements FaultTarget {
  readonly settings: SimSettings;
  readonly members: ReadonlyMap<NodeId, SimMember<Message>>;
  readonly network: MemoryNetwork;
  readonly observer: SimObserver<Message>;
  readonly #queue = new EventQueue();
  readonly #byNumber: readonly SimMember<Message>[];
  readonly #prng: Prng;
  /** Members that are stopped, with what would have happened in them. */
  readonly #paused = new Map<number, (() => void)[]>();
  #messageFaults: SimSettings["messageFaults"];

  constructor(options: SimClusterOptions<Message>) {
    const { protocol, onTrace = null, listener = null, down = [] } = options;
    const settings = { ...PLAIN_SETTINGS, ...options.settings };
    const prng = new Prng(options.seed ?? 1);
    this.settings = settings;
    this.#prng = prng.fork();
    this.#messageFaults = settings.messageFaults;
    this.observer = new SimObserver(protocol, () => this.now, onTrace, listener);
    this.network = this.#createNetwork();
    const { members: votes, observers } = settings;
    const ids = Array.from({ length: votes + observers }, (_, i) => `n${i + 1}`);
    const world: SimWorld<Message> = {
      protocol,
      settings,
      configuration: {
        members: ids.map((id) => ({ id, addresses: [`sim://${id}`] })),
        quorum: options.quorum ?? { kind: "majority", voters: ids.slice(0, votes) },
      },
      network: this.network,
      observer: this.observer,
      now: () => this.now,
      schedule: (member: number, millis: number, run: () => void) =>
        this.#queue.add(millis, member, run),
    };
    this.#byNumber = ids.map((id) => new SimMember(id, world, prng.fork()));
    this.members = new Map(this.#byNumber.map((member) => [member.id, member]));
    for (const member of this.#byNumber) if (!down.includes(member.id)) member.start();
  }

  /** Virtual ms since the beginning. */
  get now(): number {
    return this.#queue.now;
  }

  get ids(): readonly NodeId[] {
    return this.#byNumber.map((member) => member.id);
  }

  get violations(): SimObserver<Message>["violations"] {
    return this.observer.violations;
  }

  /** Lets so many virtual ms pass; stops early at the first violation. */
  run(millis: number): void {
    const end = this.now + millis;
    while (this.violations.length === 0 && this.#queue.nextTime <= end) this.#step();
    this.#queue.advanceTo(end);
  }

  /** Runs until the condition holds; false when it does not within the time, or at a violation. */
  runUntil(condition: () => boolean, millis: number): boolean {
    const end = this.now + millis;
    while (!condition()) {
      if (this.violations.length > 0 || this.#queue.nextTime > end) return false;
      this.#step();
    }
    return true;
  }

  /** Runs the callback outside all members after so many virtual ms. */
  after(millis: number, run: () => void): void {
    this.#queue.add(millis, -1, run);
  }

  /** Runs the callback in a member's process: later when it is stopped, with null when it is down. */
  inMember(id: NodeId, millis: number, run: (life: SimLife<Message> | null) => void): void {
    const member = this.#member(id);
    this.#queue.add(millis, member.number, () => run(member.life));
  }

  // --- faults -----------------------------------------------------------------------------------

  /** The member's process dies; unsynced writes are lost. */
  crash(id: NodeId, { noticeMillis = () => 1, survivors }: SimCrash = {}): void {
    const member = this.#member(id);
    if (member.life === null) return;
    this.observer.counts.crashes++;
    this.#fault("crash", id);
    this.resume(id);
    member.crash(survivors);
    this.network.kill(id, noticeMillis);
  }

  restart(id: NodeId): void {
    const member = this.#member(id);
    if (member.life !== null) return;
    this.#fault("restart", id);
    member.start();
  }

  isUp(id: NodeId): boolean {
    return this.#member(id).life !== null;
  }

  /** Stops the process where it is, as SIGSTOP does. */
  pause(id: NodeId): void {
    const { number, life } = this.#member(id);
    if (life === null || this.#paused.has(number)) return;
    this.#fault("pause", id);
    this.#paused.set(number, []);
  }

  /** Lets it go on: everything that came meanwhile happens now. */
  resume(id: NodeId): void {
    const { number } = this.#member(id);
    const held = this.#paused.get(number);
    if (held === undefined) return;
    this.#fault("resume", id);
    this.#paused.delete(number);
    for (const run of held) this.#queue.add(0, number, run);
  }

  isPaused(id: NodeId): boolean {
    return this.#paused.has(this.#member(id).number);
  }

  /** Nothing gets from one member to the other any more; its links notice only when they are broken. */
  block(from: NodeId, to: NodeId): void {
    this.#fault("block", `${from}>${to}`);
    this.network.block(from, to);
  }

  unblock(from: NodeId, to: NodeId): void {
    this.#fault("unblock", `${from}>${to}`);
    this.network.unblock(from, to);
  }

  isBlocked(from: NodeId, to: NodeId): boolean {
    return this.network.isBlocked(from, to);
  }

  /** Breaks the links between two members; they dial again. */
  breakLinks(a: NodeId, b: NodeId, noticeMillis: (at: NodeId) => number = () => 0): void {
    this.#fault("break", `${a}-${b}`);
    this.network.breakLinks(a, b, noticeMillis);
  }

  /**
   * Members reach those of their own group only; a member named nowhere reaches nobody.
   *
   * @param links - whether the links between them break, or are silent
   */
  partition(groups: readonly (readonly NodeId[])[], links: "break" | "silent" = "break"): void {
    for (const a of this.ids) {
      for (const b of this.ids) {
        if (a === b || groups.some((group) => group.includes(a) && group.includes(b))) continue;
        this.block(a, b);
        if (links === "break" && a < b) this.breakLinks(a, b);
      }
    }
  }

  /** Every member reaches every other again, and single messages are safe. */
  heal(): void {
    this.#messageFaults = null;
    for (const a of this.ids) {
      for (const b of this.ids) if (this.network.isBlocked(a, b)) this.unblock(a, b);
    }
  }

  /** The member's disks answer nothing until {@link resumeDisk}. */
  stallDisk(id: NodeId): void {
    this.#fault("stall", id);
    for (const disk of this.#member(id).life?.disks ?? []) disk.stall();
  }

  resumeDisk(id: NodeId): void {
    this.#fault("unstall", id);
    for (const disk of this.#member(id).life?.disks ?? []) disk.resume();
  }

  setDiskFull(id: NodeId, full: boolean): void {
    this.#fault(full ? "full" : "space", id);
    for (const disk of this.#member(id).life?.disks ?? []) disk.full = full;
  }

  slowDisk(id: NodeId, factor: number): void {
    this.#member(id).diskSlowness = factor;
  }

  setClock(id: NodeId, millis: number): void {
    this.#member(id).clock.jump(millis);
  }

  /** The member takes a snapshot of what it has applied, if it is up. */
  checkpoint(id: NodeId): void {
    this.#member(id).life?.driver?.checkpoint();
  }

  // --- requests ---------------------------------------------------------------------------------

  /** Proposes a write at the member, which must be up. */
  propose(id: NodeId, write: SimWrite): SimRequest<Outcome<number>> {
    const request: SimRequest<Outcome<number>> = { answer: null };
    const life = this.#member(id).life;
    if (life?.driver === undefined || life.driver === null) {
      request.answer = { kind: "failed", error: notUp(id) };
      return request;
    }
    this.proposeIn(life, write, (outcome) => {
      request.answer = outcome;
    });
    return request;
  }

  /** Reads a register at the member, which must be up; linearizable. */
  read(id: NodeId, register: number): SimRequest<SimReadAnswer> {
    const request: SimRequest<SimReadAnswer> = { answer: null };
    const member = this.#member(id);
    if (member.life?.driver === undefined || member.life.driver === null) {
      request.answer = { kind: "failed", error: notUp(id) };
      return request;
    }
    this.readIn(member, member.life, register, (answer) => {
      request.answer = answer;
    });
    return request;
  }

  /** Asks the member, which must be up, to hand leadership to the target. */
  transfer(id: NodeId, target: NodeId): SimRequest<SimTransferAnswer> {
    const request: SimRequest<SimTransferAnswer> = { answer: null };
    const member = this.#member(id);
    if (member.life?.driver === undefined || member.life.driver === null) {
      request.answer = { kind: "failed", error: notUp(id) };
      return request;
    }
    this.transferIn(member, member.life, target, (answer) => {
      request.answer = answer;
    });
    return request;
  }

  /** Proposes in a life and tells the observer what becomes of it. */
  proposeIn(
    life: SimLife<Message>,
    write: SimWrite,
    done: (outcome: Outcome<number>) => void,
  ): void {
    const { register, value, padding = 0 } = write;
    life.driver?.propose(encodeRegisterCommand({ register, value }, padding), (outcome) => {
      if (outcome.kind === "done") this.observer.commandAcknowledged(value, outcome.index);
      else if (!isOpen(outcome.error)) this.observer.commandRefused(value);
      done(outcome);
    });
  }

  /** Reads in a life and lets the observer check how fresh it is. */
  readIn(
    member: SimMember<Message>,
    life: SimLife<Message>,
    register: number,
    done: (answer: SimReadAnswer) => void,
  ): void {
    const floor: Index = this.observer.acknowledgedThrough;
    life.driver?.read("linearizable", (error) => {
      if (error !== null) return done({ kind: "failed", error });
      this.observer.readServed(member.witness, floor, life.machine.stands);
      done({ kind: "done", value: life.machine.read(register) });
    });
  }

  /** Asks a life to hand leadership over and lets the observer check what it says. */
  transferIn(
    member: SimMember<Message>,
    life: SimLife<Message>,
    target: NodeId,
    done: (answer: SimTransferAnswer) => void,
  ): void {
    life.driver?.transfer(target, (error) => {
      if (error !== null) return done({ kind: "failed", error });
      this.observer.transferred(member.witness, target);
      done({ kind: "done" });
    });
  }

  // --- what is to be seen -----------------------------------------------------------------------

  /** The member that leads in the newest term and can serve, if any. */
  leader(): NodeId | null {
    let best: GroupView | null = null;
    for (const { witness } of this.#byNumber) {
      const { view } = witness;
      if (view?.isLeader === true && view.ready && view.term > (best?.term ?? -1)) best = view;
    }
    return best?.self ?? null;
  }

  view(id: NodeId): GroupView | null {
    return this.#member(id).witness.view;
  }

  /** The digest of the member's state; null while it is down. */
  digest(id: NodeId): number | null {
    return this.#member(id).life?.machine.digest ?? null;
  }

  /** One line per member. */
  describe(): readonly string[] {
    return this.#byNumber.map(({ id, life, witness, number }) => {
      const { view, durableLog, durableSnapshots, ballot } = witness;
      const snapshot = durableSnapshots.current?.meta.position.index ?? 0;
      const disk = `disk ${durableLog.base.index + 1}..${durableLog.last.index}@${durableLog.last.term} snapshot ${snapshot} ballot ${ballot?.term ?? 0}/${ballot?.vote ?? "-"}`;
      if (life === null) return `${id} down ${disk}`;
      if (view === null) return `${id} starting ${disk}`;
      const { role, term, leader, first, last, commit, applied } = view;
      const stopped = this.#paused.has(number) ? " paused" : "";
      return `${id} ${role}${stopped} term ${term} leader ${leader ?? "-"} log ${first}..${last} commit ${commit} applied ${applied} ${disk}`;
    });
  }

  #step(): void {
    const event = this.#queue.take();
    if (event === null) return;
    const held = this.#paused.get(event.member);
    if (held !== undefined) held.push(event.run);
    else event.run();
  }

  #fault(what: string, whom: string): void {
    this.observer.mark(what, 0);
    this.observer.note(null, what, () => whom);
  }

  #member(id: NodeId): SimMember<Message> {
    const member = this.members.get(id);
    if (member === undefined) throw new RangeError(`there is no member ${id}`);
    return member;
  }

  #createNetwork(): MemoryNetwork {
    const { delay, redial, messageFaults } = this.settings;
    const draw = (from: number, to: number): number =>
      from + (this.#prng.below(1000) / 1000) * (to - from);
    const copies = (): number => {
      const faults = this.#messageFaults;
      if (faults === null) return 1;
      if (this.#prng.chance(faults.loss)) return 0;
      return this.#prng.chance(faults.duplication) ? 2 : 1;
    };
    return new MemoryNetwork({
      schedule: (id, millis, run) => this.#queue.add(millis, this.#member(id).number, run),
      delayMillis: () => {
        const late = this.#prng.chance(this.#messageFaults?.reordering ?? 0);
        return draw(delay.from, delay.to) * (late ? 10 : 1);
      },
      redialMillis: () => draw(redial.from, redial.to),
      ...(messageFaults === null ? {} : { copies }),
    });
  }
}

/** Whether the failure leaves open what became of a write. */
export function isOpen(error: QuorateError): boolean {
  return ["ERR_LEADER_CHANGED", "ERR_TIMEOUT", "ERR_STOPPED"].includes(error.code);
}

function notUp(id: NodeId): QuorateError {
  return new QuorateError("ERR_NO_LEADER", `member ${id} is not up`);
}
