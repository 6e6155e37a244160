import { assert, QuorateError } from "@quorate/core";
import type { EtcdClient } from "../../client/etcd-client.ts";
import type { EnsembleMember, EnsembleWorld, MemoryMember } from "./ensemble-member.ts";

/** An etcd cluster in this process, with disks and network in memory, and its faults at hand. */
export interface Ensemble {
  readonly members: readonly EnsembleMember[];
  /** A client of all members, without sockets, which goes on to the next when one fails. */
  client(): EtcdClient;
  /** The member that leads a majority which it reaches, and which knows it; null while there is none. */
  leader(): EnsembleMember | null;
  /**
   * Waits until there is a leader. With the manual clock time passes meanwhile.
   *
   * @throws `ERR_NO_LEADER` after 50 election timeouts
   */
  untilLed(): Promise<EnsembleMember>;
  /**
   * From now on members reach those of their own group only; one that is named nowhere reaches nobody.
   * What was cut off before is healed. Nobody is told: as in a real network, what is sent just does not
   * arrive.
   */
  partition(groups: readonly (readonly EnsembleMember[])[]): void;
  /** Nothing gets from one to the other any more; the way back stays open. */
  cut(from: EnsembleMember, to: EnsembleMember): void;
  /** Every member reaches every other again. */
  heal(): void;
  /** Ends everything; open calls fail, and no timer or socket is left. */
  close(): Promise<void>;
}

/** An ensemble whose time passes only when it is told to. */
export interface ManualEnsemble extends Ensemble {
  /** Milliseconds since it was made. */
  readonly now: number;
  /**
   * Lets so many ms pass, and everything that is due in them happen, in order. Whoever awaits an answer
   * gets its turn when the answer is there, before time goes on; what it asks for takes a millisecond.
   */
  advance(millis: number): Promise<void>;
  /**
   * Lets time pass until the promise is settled.
   *
   * @param millis - no longer than this; a minute when left out
   * @throws what the promise is rejected with, or `ERR_TIMEOUT`
   */
  until<T>(promise: Promise<T>, millis?: number): Promise<T>;
}

/** Elections that may fail before it is no bad luck any more. */
const ELECTIONS_MAX = 50;

/** Both kinds of ensemble: which it is, is how its timeline passes. */
export class MemoryEnsemble implements ManualEnsemble {
  readonly members: readonly MemoryMember[];
  readonly #world: EnsembleWorld;

  constructor(members: readonly MemoryMember[], world: EnsembleWorld) {
    this.members = members;
    this.#world = world;
  }

  get now(): number {
    return this.#world.timeline.now().monotonic;
  }

  client(): EtcdClient {
    const [first, ...others] = this.members.map(({ services }) => services);
    assert(first !== undefined, "an ensemble has a member");
    return this.#world.clients.to(first, ...others);
  }

  leader(): MemoryMember | null {
    return this.members.find((member) => this.#leads(member)) ?? null;
  }

  async untilLed(): Promise<MemoryMember> {
    const { timeline, settings } = this.#world;
    const millis = ELECTIONS_MAX * settings.electionMillis;
    await timeline.until(() => this.leader() !== null, millis);
    const leader = this.leader();
    if (leader !== null) return leader;
    throw new QuorateError(
      "ERR_NO_LEADER",
      `there was no leader for ${millis} ms: a majority of the members must run and reach each other`,
    );
  }

  partition(groups: readonly (readonly EnsembleMember[])[]): void {
    this.#checkOwn(groups.flat());
    this.heal();
    const together = (a: EnsembleMember, b: EnsembleMember): boolean =>
      groups.some((group) => group.includes(a) && group.includes(b));
    for (const [from, to] of this.#ways()) if (!together(from, to)) this.cut(from, to);
  }

  cut(from: EnsembleMember, to: EnsembleMember): void {
    this.#checkOwn([from, to]);
    this.#world.network.block(from.id, to.id);
  }

  heal(): void {
    for (const [from, to] of this.#ways()) this.#world.network.unblock(from.id, to.id);
  }

  advance(millis: number): Promise<void> {
    return this.#world.timeline.advance(millis);
  }

  async until<T>(promise: Promise<T>, millis = 60_000): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    if (await this.#world.timeline.until(() => isSettled, millis)) return promise;
    throw new QuorateError("ERR_TIMEOUT", `the promise was not settled within ${millis} ms`);
  }

  async close(): Promise<void> {
    this.#world.clients.close();
    this.#world.timeline.stop();
    await Promise.all(this.members.map((member) => member.close()));
  }

  #leads(candidate: MemoryMember): boolean {
    const { view } = candidate;
    if (view?.isLeader !== true || !view.ready) return false;
    const { network } = this.#world;
    const reach = (a: EnsembleMember, b: EnsembleMember): boolean =>
      !network.isBlocked(a.id, b.id) && !network.isBlocked(b.id, a.id);
    const led = this.members.filter(
      (member) => member.view?.leader === candidate.id && reach(member, candidate),
    );
    return led.length * 2 > this.members.length;
  }

  #checkOwn(members: readonly EnsembleMember[]): void {
    const stranger = members.find((member) => !this.members.some((own) => own === member));
    if (stranger !== undefined) throw new RangeError("this is no member of the ensemble");
  }

  *#ways(): Generator<readonly [MemoryMember, MemoryMember], undefined> {
    for (const from of this.members) {
      for (const to of this.members) if (from !== to) yield [from, to];
    }
    return undefined;
  }
}
