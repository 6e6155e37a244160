import type { NodeId, Prng } from "@quorate/core";
import { SimClock, type FaultTarget, type SimSettings, type Span } from "@quorate/core/testing/sim";
import type { Surroundings } from "../../compose/ensemble/ensemble-conditions.ts";
import type { AnyMemoryMember, MemoryEnsemble } from "../../compose/ensemble/memory-ensemble.ts";
import type { MemoryWorld } from "../../compose/ensemble/memory-world.ts";
import type { Timeline } from "../../compose/ensemble/timeline.ts";
import type { MemberLog } from "../../compose/member-log.ts";
import type { Journal } from "../journal.ts";
import { ServingTime } from "./serving-time.ts";

/** What distinguishes one cluster from another, whatever it serves. */
export interface ClusterSettings extends Pick<
  SimSettings,
  "members" | "electionMillis" | "delay" | "redial" | "disk" | "faults" | "calm"
> {
  /** How much faster or slower than true time the clock of a process may run, as a share. */
  readonly driftMax: number;
  /** How far the wall clock of a process may be from true time. */
  readonly skewMillis: number;
}

/** What a {@link FaultyCluster} is made of. */
export interface ClusterParts<Settings> {
  readonly settings: Settings;
  readonly timeline: Timeline;
  readonly journal: Journal;
  readonly prng: Prng;
}

/** A member that faults befall. */
export type ClusterMember = AnyMemoryMember & {
  status(): { readonly state: "running" | "paused" | "down" };
};

/** What Raft and ZAB call a member that leads. */
const LEADING: ReadonlySet<unknown> = new Set(["leader", "LEADING"]);

/** Clocks of machines that were started at any time before the simulation. */
const MONOTONIC_START_MAX = 1e9;

/** An ensemble in a world in which everything takes its time, clocks are wrong and faults happen. */
export abstract class FaultyCluster<
  Member extends ClusterMember,
  Settings extends ClusterSettings,
> implements FaultTarget {
  abstract readonly ensemble: MemoryEnsemble<Member>;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly serving: ServingTime = new ServingTime(this);
  protected abstract readonly world: Pick<MemoryWorld<unknown>, "network">;
  protected readonly prng: Prng;
  readonly #timeline: Timeline;
  /** Of the process that each member has now. */
  readonly #clocks = new Map<NodeId, SimClock>();
  readonly #slowness = new Map<NodeId, number>();
  /** Whose disk answers nothing, or takes nothing. */
  readonly #stalled = new Set<NodeId>();
  readonly #full = new Set<NodeId>();
  readonly #lives = new Map<NodeId, number>();
  /** In which somebody was elected. */
  #newestTerm = 0;
  /** Some of them are still to come: links that are broken, and members dead, until that is noticed. */
  readonly #disturbances: number[] = [];
  #disturbedAt = 0;

  constructor({ settings, timeline, journal, prng }: ClusterParts<Settings>) {
    this.settings = settings;
    this.journal = journal;
    this.prng = prng.fork();
    this.#timeline = timeline;
  }

  /** Starts all members. */
  async start(): Promise<void> {
    this.serving.start();
    await Promise.all(this.ensemble.members.map((member) => member.restart()));
  }

  get ids(): readonly NodeId[] {
    return this.ensemble.members.map(({ id }) => id);
  }

  /** When a fault began or ended, or will be noticed, or somebody was elected, for the last time. */
  get disturbedAt(): number {
    return this.#disturbedAt;
  }

  /** For how long nothing was disturbed in that time while there was a leader that could serve. */
  longestCalm(from: number, to: number): number {
    const edges = this.#disturbances.filter((at) => at > from && at < to);
    let longest = 0;
    let since = from;
    for (const at of [...edges.toSorted((a, b) => a - b), to]) {
      if (at - since > longest) longest = Math.max(longest, this.serving.between(since, at));
      since = at;
    }
    return longest;
  }

  /** As the faults want it; returns how to take that back. */
  after(millis: number, run: () => void): () => void {
    return this.#timeline.after(millis, run);
  }

  /** Resolves after so many virtual ms. */
  sleep(millis: number): Promise<void> {
    return new Promise((done) => this.after(millis, done));
  }

  /** Lets time pass until the condition holds; false when it does not within so many ms. */
  until(condition: () => boolean, millis: number): Promise<boolean> {
    return this.#timeline.until(condition, millis);
  }

  leader(): NodeId | null {
    return this.ensemble.leader()?.id ?? null;
  }

  /**
   * A name for the leadership that can serve now: a majority follows it, reaches it, and has disks that
   * are as they should be. Null where there is none.
   */
  servingLeader(): string | null {
    const { members } = this.ensemble;
    const leader = members.find((member) => this.isNewestLeader(member));
    if (leader === undefined || leader.view?.ready !== true) return null;
    const isFine = ({ id }: Member): boolean =>
      !this.#stalled.has(id) && !this.#full.has(id) && (this.#slowness.get(id) ?? 1) === 1;
    const followers = members.filter((member) => this.isLedBy(member, leader) && isFine(member));
    const canServe = followers.includes(leader) && followers.length * 2 > members.length;
    return canServe ? `${leader.name} in term ${leader.view.term}` : null;
  }

  /** Whether the member leads, and nobody was elected after it. */
  isNewestLeader({ view }: Member): boolean {
    return view?.isLeader === true && view.term >= this.#newestTerm;
  }

  /** Whether the member knows the leader, and nothing is between them. */
  isLedBy({ id, view }: Member, leader: Member): boolean {
    return (
      view?.leader === leader.id &&
      view.term === leader.view?.term &&
      !this.isBlocked(id, leader.id) &&
      !this.isBlocked(leader.id, id)
    );
  }

  /** How many processes the member has had. */
  livesOf(id: NodeId): number {
    return this.#lives.get(id) ?? 0;
  }

  isUp(id: NodeId): boolean {
    return this.member(id).status().state !== "down";
  }

  isPaused(id: NodeId): boolean {
    return this.member(id).status().state === "paused";
  }

  crash(id: NodeId, { noticeMillis }: Parameters<FaultTarget["crash"]>[1]): void {
    this.journal.counts.crashes++;
    this.#befalls(id, "crash");
    this.member(id).crash(this.#noticed(noticeMillis));
  }

  restart(id: NodeId): void {
    this.#befalls(id, "restart");
    this.member(id)
      .restart()
      .catch((thrown: unknown) => this.journal.broke(thrown));
  }

  pause(id: NodeId): void {
    this.#befalls(id, "pause");
    this.member(id).pause();
  }

  resume(id: NodeId): void {
    this.#befalls(id, "resume");
    this.member(id).resume();
  }

  block(from: NodeId, to: NodeId): void {
    this.#befalls(from, "block", `to ${this.member(to).name}`);
    this.world.network.block(from, to);
  }

  unblock(from: NodeId, to: NodeId): void {
    this.#befalls(from, "unblock", `to ${this.member(to).name}`);
    this.world.network.unblock(from, to);
  }

  isBlocked(from: NodeId, to: NodeId): boolean {
    return this.world.network.isBlocked(from, to);
  }

  breakLinks(a: NodeId, b: NodeId, noticeMillis: (at: NodeId) => number): void {
    this.#befalls(a, "break", `with ${this.member(b).name}`);
    this.world.network.breakLinks(a, b, this.#noticed(noticeMillis));
  }

  heal(): void {
    this.#disturbed();
    this.journal.note(null, "heal");
    this.ensemble.heal();
  }

  stallDisk(id: NodeId): void {
    this.#befalls(id, "stall");
    this.#stalled.add(id);
    this.member(id).storage.stall();
  }

  resumeDisk(id: NodeId): void {
    this.#befalls(id, "unstall");
    this.#stalled.delete(id);
    this.member(id).storage.resume();
  }

  setDiskFull(id: NodeId, full: boolean): void {
    this.#befalls(id, full ? "full" : "space");
    if (full) this.#full.add(id);
    else this.#full.delete(id);
    this.member(id).storage.setFull(full);
  }

  slowDisk(id: NodeId, factor: number): void {
    this.#befalls(id, "slow", `${factor} times`);
    this.#slowness.set(id, factor);
  }

  setClock(id: NodeId, millis: number): void {
    this.#befalls(id, "clock", `${millis} ms`);
    this.#clocks.get(id)?.jump(millis);
  }

  transfer(id: NodeId, target: NodeId): void {
    this.#befalls(id, "transfer", `to ${this.member(target).name}`);
    this.handOver(this.member(id), this.member(target));
  }

  /** One line per member. */
  abstract describe(): readonly string[];

  /** The member is asked to hand leadership over. */
  protected abstract handOver(from: Member, to: Member): void;

  protected member(id: NodeId): Member {
    const member = this.ensemble.members.find((each) => each.id === id);
    if (member === undefined) throw new RangeError(`there is no member ${id}`);
    return member;
  }

  /** What a member's log has, in the words of {@link describe}. */
  protected describeLog({ view }: Member): string {
    if (view === null) return "";
    const { first, last, commit, applied } = view;
    return ` log ${first}..${last} commit ${commit} applied ${applied}`;
  }

  protected surroundings(): Surroundings {
    const { delay, redial, disk, driftMax, skewMillis } = this.settings;
    const { prng } = this;
    return {
      clock: (id, timeline) => {
        const rate = 1 + (prng.below(2001) / 1000 - 1) * driftMax;
        const skew = prng.between(-skewMillis, skewMillis);
        const time = (): number => timeline.now().monotonic;
        const clock = new SimClock(time, rate, skew, prng.below(MONOTONIC_START_MAX));
        this.#clocks.set(id, clock);
        this.#lives.set(id, this.livesOf(id) + 1);
        return () => clock.now();
      },
      delayMillis: () => this.draw(delay),
      redialMillis: () => this.draw(redial),
      syncMillis: (id) => this.draw(disk) * (this.#slowness.get(id) ?? 1),
      survivors: (queued) => prng.between(0, queued),
    };
  }

  protected log(): MemberLog {
    const note: MemberLog["info"] = ({ name, ...facts }, text) => {
      if (facts["event"] === "leader" && LEADING.has(facts["role"])) {
        this.journal.counts.leaders++;
        this.#interrupted();
        this.#newestTerm = Math.max(this.#newestTerm, Number(facts["term"]));
      }
      // Whom nobody follows leads on, after an election timeout in which it took nothing.
      if (text === "transfer-expired") this.#interrupted();
      this.journal.note(typeof name === "string" ? name : null, text, JSON.stringify(facts));
    };
    return { info: note, warn: note, error: note };
  }

  protected draw({ from, to }: Span): number {
    return from + (this.prng.below(1000) / 1000) * (to - from);
  }

  #interrupted(): void {
    this.#disturbed();
    this.serving.interrupted();
  }

  #befalls(id: NodeId, what: string, facts: string = ""): void {
    this.#disturbed();
    this.journal.note(this.member(id).name, what, facts);
  }

  #noticed(noticeMillis: (at: NodeId) => number): (at: NodeId) => number {
    return (at) => {
      const millis = noticeMillis(at);
      this.#disturbed(millis);
      return millis;
    };
  }

  #disturbed(inMillis = 0): void {
    const at = this.ensemble.now + inMillis;
    this.#disturbances.push(at);
    this.#disturbedAt = Math.max(this.#disturbedAt, at);
  }
}
