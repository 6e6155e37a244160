import type { NodeId, Prng } from "@quorate/core";
import { SimClock, type FaultTarget, type Span } from "@quorate/core/testing/sim";
import { assembleEtcdEnsemble } from "../../compose/ensemble/etcd/assemble-etcd-ensemble.ts";
import type { EnsembleConditions } from "../../compose/ensemble/ensemble-conditions.ts";
import type {
  EtcdEnsembleMember,
  EtcdWorld,
} from "../../compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { EtcdEnsemble } from "../../compose/ensemble/etcd/etcd-ensemble.ts";
import type { Timeline } from "../../compose/ensemble/timeline.ts";
import type { EtcdStateMachine } from "../../etcd/apply/index.ts";
import type { MemberLog } from "../../compose/member-log.ts";
import type { Journal } from "../journal.ts";
import type { EtcdSimSettings } from "./settings.ts";
import type { AppliedLog } from "./truth/applied-log.ts";
import { ObservedMachine } from "./truth/observed-machine.ts";
import { ServingTime } from "../cluster/serving-time.ts";

/** What an {@link EtcdCluster} is made of. */
export interface EtcdClusterParts {
  readonly settings: EtcdSimSettings;
  readonly timeline: Timeline;
  readonly journal: Journal;
  readonly applied: AppliedLog;
  readonly prng: Prng;
}

/** Clocks of machines that were started at any time before the simulation. */
const MONOTONIC_START_MAX = 1e9;

/** An ensemble in a world in which everything takes its time, clocks are wrong and faults happen. */
export class EtcdCluster implements FaultTarget {
  readonly settings: EtcdSimSettings;
  readonly ensemble: EtcdEnsemble;
  readonly journal: Journal;
  readonly serving: ServingTime;
  readonly #world: EtcdWorld;
  readonly #prng: Prng;
  /** Of the process that each member has now. */
  readonly #clocks = new Map<NodeId, SimClock>();
  readonly #slowness = new Map<NodeId, number>();
  /** Whose disk answers nothing, or takes nothing. */
  readonly #stalled = new Set<NodeId>();
  readonly #full = new Set<NodeId>();
  readonly #lives = new Map<NodeId, number>();
  /** In which somebody was elected. */
  #newestTerm = 0;

  constructor({ settings, timeline, journal, applied, prng }: EtcdClusterParts) {
    this.settings = settings;
    this.journal = journal;
    this.#prng = prng.fork();
    const { ensemble, world } = assembleEtcdEnsemble(
      {
        members: settings.members,
        listen: false,
        clock: "manual",
        seed: prng.uint32(),
        heartbeatMillis: settings.heartbeatMillis,
        electionMillis: settings.electionMillis,
        snapshotEntries: settings.checkpointEntries,
        log: this.#log(),
      },
      timeline,
      this.#conditions(applied),
    );
    this.ensemble = ensemble;
    this.#world = world;
    this.serving = new ServingTime(this);
  }

  /** Starts all members. */
  async start(): Promise<void> {
    await Promise.all(this.ensemble.members.map((member) => member.restart()));
  }

  get ids(): readonly NodeId[] {
    return this.ensemble.members.map(({ id }) => id);
  }

  /** As the faults want it; returns how to take that back. */
  after(millis: number, run: () => void): () => void {
    return this.#world.timeline.after(millis, run);
  }

  /** Resolves after so many virtual ms. */
  sleep(millis: number): Promise<void> {
    return new Promise((done) => this.after(millis, done));
  }

  /** Lets time pass until the condition holds; false when it does not within so many ms. */
  until(condition: () => boolean, millis: number): Promise<boolean> {
    return this.#world.timeline.until(condition, millis);
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
    const { ready, term } = leader?.view ?? {};
    if (leader === undefined || ready !== true) return null;
    const isFine = ({ id }: EtcdEnsembleMember): boolean =>
      !this.#stalled.has(id) && !this.#full.has(id) && (this.#slowness.get(id) ?? 1) === 1;
    const followers = members.filter(
      (member) =>
        member.view?.leader === leader.id &&
        member.view.term === term &&
        !this.isBlocked(member.id, leader.id) &&
        !this.isBlocked(leader.id, member.id) &&
        isFine(member),
    );
    const canServe = followers.includes(leader) && followers.length * 2 > members.length;
    return canServe ? `${leader.name} in term ${term}` : null;
  }

  /** Whether the member leads, and nobody was elected after it. */
  isNewestLeader({ view }: EtcdEnsembleMember): boolean {
    return view?.isLeader === true && view.term >= this.#newestTerm;
  }

  /** How many processes the member has had. */
  livesOf(id: NodeId): number {
    return this.#lives.get(id) ?? 0;
  }

  isUp(id: NodeId): boolean {
    return this.#member(id).status().state !== "down";
  }

  isPaused(id: NodeId): boolean {
    return this.#member(id).status().state === "paused";
  }

  crash(id: NodeId, { noticeMillis }: Parameters<FaultTarget["crash"]>[1]): void {
    this.journal.counts.crashes++;
    this.#befalls(id, "crash");
    this.#member(id).crash(noticeMillis);
  }

  restart(id: NodeId): void {
    this.#befalls(id, "restart");
    this.#member(id)
      .restart()
      .catch((thrown: unknown) => this.journal.broke(thrown));
  }

  pause(id: NodeId): void {
    this.#befalls(id, "pause");
    this.#member(id).pause();
  }

  resume(id: NodeId): void {
    this.#befalls(id, "resume");
    this.#member(id).resume();
  }

  block(from: NodeId, to: NodeId): void {
    this.#befalls(from, "block", `to ${this.#member(to).name}`);
    this.#world.network.block(from, to);
  }

  unblock(from: NodeId, to: NodeId): void {
    this.#befalls(from, "unblock", `to ${this.#member(to).name}`);
    this.#world.network.unblock(from, to);
  }

  isBlocked(from: NodeId, to: NodeId): boolean {
    return this.#world.network.isBlocked(from, to);
  }

  breakLinks(a: NodeId, b: NodeId, noticeMillis: (at: NodeId) => number): void {
    this.#befalls(a, "break", `with ${this.#member(b).name}`);
    this.#world.network.breakLinks(a, b, noticeMillis);
  }

  heal(): void {
    this.journal.note(null, "heal");
    this.ensemble.heal();
  }

  stallDisk(id: NodeId): void {
    this.#befalls(id, "stall");
    this.#stalled.add(id);
    this.#member(id).storage.stall();
  }

  resumeDisk(id: NodeId): void {
    this.#befalls(id, "unstall");
    this.#stalled.delete(id);
    this.#member(id).storage.resume();
  }

  setDiskFull(id: NodeId, full: boolean): void {
    this.#befalls(id, full ? "full" : "space");
    if (full) this.#full.add(id);
    else this.#full.delete(id);
    this.#member(id).storage.setFull(full);
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
    this.#befalls(id, "transfer", `to ${this.#member(target).name}`);
    const client = this.#member(id).client();
    client.maintenance
      .moveLeader(BigInt(`0x${target}`))
      .then(
        () => this.journal.counts.transfers++,
        () => {}, // who does not lead, or is cut off, cannot
      )
      .finally(() => client.close());
  }

  /** One line per member. */
  describe(): readonly string[] {
    return this.ensemble.members.map((member) => {
      const status = member.status();
      if (status.state === "down") return `${member.name} down`;
      const { state, role, term, leader, revision } = status;
      const led = leader === null ? "nobody" : this.#member(leader).name;
      const { commit, applied, first, last } = member.view ?? {};
      const log =
        member.view === null ? "" : ` log ${first}..${last} commit ${commit} applied ${applied}`;
      return `${member.name} ${state} ${role} term ${term} led by ${led} revision ${revision}${log}`;
    });
  }

  #befalls(id: NodeId, what: string, facts: string = ""): void {
    this.journal.note(this.#member(id).name, what, facts);
  }

  #member(id: NodeId): EtcdEnsembleMember {
    const member = this.ensemble.members.find((each) => each.id === id);
    if (member === undefined) throw new RangeError(`there is no member ${id}`);
    return member;
  }

  #conditions(applied: AppliedLog): EnsembleConditions<EtcdStateMachine> {
    const { delay, redial, disk, driftMax, skewMillis } = this.settings;
    const prng = this.#prng;
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
      machine: (id) => new ObservedMachine(this.#member(id).name, applied, this.journal),
      delayMillis: () => this.#draw(delay),
      redialMillis: () => this.#draw(redial),
      syncMillis: (id) => this.#draw(disk) * (this.#slowness.get(id) ?? 1),
      survivors: (queued) => prng.between(0, queued),
    };
  }

  #log(): MemberLog {
    const note: MemberLog["info"] = ({ name, ...facts }, text) => {
      if (facts["event"] === "leader" && facts["leader"] === name) {
        this.journal.counts.leaders++;
        this.serving.interrupted();
        this.#newestTerm = Math.max(this.#newestTerm, Number(facts["term"]));
      }
      // Whom nobody follows leads on, after an election timeout in which it took nothing.
      if (text === "transfer-expired") this.serving.interrupted();
      this.journal.note(typeof name === "string" ? name : null, text, JSON.stringify(facts));
    };
    return { info: note, warn: note, error: note };
  }

  #draw({ from, to }: Span): number {
    return from + (this.#prng.below(1000) / 1000) * (to - from);
  }
}
