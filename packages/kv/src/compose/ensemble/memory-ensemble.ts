import { QuorateError, type StateMachine } from "@quorate/core";
import type { EnsembleFaults, ManualTime, MemberFaults } from "./ensemble-faults.ts";
import type { MemberNode, MemoryMember } from "./memory-member.ts";
import type { MemoryWorld } from "./memory-world.ts";

/** A member of whatever service. */
export type AnyMemoryMember = MemoryMember<StateMachine<unknown>, MemberNode>;

/** What all ensembles can do, with time that passes either way: which it is, its timeline knows. */
export class MemoryEnsemble<Member extends AnyMemoryMember>
  implements EnsembleFaults<Member>, ManualTime
{
  readonly members: readonly Member[];
  readonly #world: Pick<MemoryWorld<unknown>, "timeline" | "network">;
  readonly #leaderlessMillisMax: number;

  /** @param leaderlessMillisMax - when there is no leader for so long it is no bad luck any more */
  constructor(
    members: readonly Member[],
    world: Pick<MemoryWorld<unknown>, "timeline" | "network">,
    leaderlessMillisMax: number,
  ) {
    this.members = members;
    this.#world = world;
    this.#leaderlessMillisMax = leaderlessMillisMax;
  }

  get now(): number {
    return this.#world.timeline.now().monotonic;
  }

  /** Brings all members up; the first election takes no real time, whatever the clock. */
  async start(clock: "real" | "manual"): Promise<void> {
    await Promise.all(this.members.map((member) => member.restart()));
    await this.untilLed();
    if (clock === "real") this.#world.timeline.followRealTime();
  }

  leader(): Member | null {
    return this.members.find((member) => this.#leads(member)) ?? null;
  }

  async untilLed(): Promise<Member> {
    const millis = this.#leaderlessMillisMax;
    await this.#world.timeline.until(() => this.leader() !== null, millis);
    const leader = this.leader();
    if (leader !== null) return leader;
    throw new QuorateError(
      "ERR_NO_LEADER",
      `there was no leader for ${millis} ms: a majority of the members must run and reach each other`,
    );
  }

  partition(groups: readonly (readonly MemberFaults[])[]): void {
    this.#checkOwn(groups.flat());
    this.heal();
    const together = (a: MemberFaults, b: MemberFaults): boolean =>
      groups.some((group) => group.includes(a) && group.includes(b));
    for (const [from, to] of this.#ways()) if (!together(from, to)) this.cut(from, to);
  }

  cut(from: MemberFaults, to: MemberFaults): void {
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
    this.#world.timeline.stop();
    await Promise.all(this.members.map((member) => member.close()));
  }

  #leads(candidate: Member): boolean {
    const { view } = candidate;
    if (view?.isLeader !== true || !view.ready) return false;
    const { network } = this.#world;
    const reach = (a: Member, b: Member): boolean =>
      !network.isBlocked(a.id, b.id) && !network.isBlocked(b.id, a.id);
    const led = this.members.filter(
      (member) => member.view?.leader === candidate.id && reach(member, candidate),
    );
    return led.length * 2 > this.members.length;
  }

  #checkOwn(members: readonly MemberFaults[]): void {
    const stranger = members.find((member) => !this.members.some((own) => own === member));
    if (stranger !== undefined) throw new RangeError("this is no member of the ensemble");
  }

  *#ways(): Generator<readonly [Member, Member], undefined> {
    for (const from of this.members) {
      for (const to of this.members) if (from !== to) yield [from, to];
    }
    return undefined;
  }
}
