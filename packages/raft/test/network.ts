import {
  Prng,
  type Effect,
  type Entry,
  type NodeId,
  type ProtocolEvent,
  type Recovered,
} from "@quorate/core";
import { raftCodec, Raft, type RaftLimits, type RaftMessage } from "../src/index.ts";

type RaftEffect = Effect<RaftMessage>;
type Kind = RaftEffect["kind"];

interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** A member as a test sees it: its protocol, its disk, and what its service was told. */
export class TestMember {
  raft: Raft;
  /** What would survive a crash. */
  disk: { hardState: Uint8Array | null; log: Entry[] } = { hardState: null, log: [] };
  readonly applied: string[] = [];
  readonly effects: RaftEffect[] = [];
  /** While set, persists are not answered and what waits for them stays here. */
  diskStalled = false;
  readonly stalled: { readonly effect: RaftEffect }[] = [];
  down = false;

  constructor(raft: Raft) {
    this.raft = raft;
  }

  all<K extends Kind>(kind: K): Extract<RaftEffect, { kind: K }>[] {
    return this.effects.filter((e): e is Extract<RaftEffect, { kind: K }> => e.kind === kind);
  }
}

/**
 * Raft members joined by hand: messages wait until a test delivers them, persists are answered at
 * once unless a test stalls the disk. Every message passes through the codec.
 */
export class TestNetwork {
  readonly members = new Map<NodeId, TestMember>();
  letters: Letter[] = [];
  readonly cut = new Set<string>();
  now = 0;
  readonly ids: readonly NodeId[];
  readonly #limits: Partial<RaftLimits>;
  readonly #voters: number;
  #nextProposal = 1;
  #lives = 1;

  /** @param voters - how many of the members vote; the last do not */
  constructor(size: number, limits: Partial<RaftLimits> = {}, voters: number = size) {
    this.ids = Array.from({ length: size }, (_, i) => String.fromCharCode(97 + i));
    this.#limits = limits;
    this.#voters = voters;
    for (const id of this.ids) this.start(id, { hardState: null, snapshot: null, tail: [] });
  }

  start(id: NodeId, recovered: Recovered): void {
    const raft = new Raft({
      self: id,
      configuration: {
        members: this.ids.map((member) => ({ id: member, addresses: [] })),
        quorum: { kind: "majority", voters: this.ids.slice(0, this.#voters) },
      },
      recovered,
      prng: new Prng(this.#lives++ * 100 + id.charCodeAt(0)),
      electionMillis: 1000,
      heartbeatMillis: 100,
      limits: this.#limits,
    });
    const member = new TestMember(raft);
    member.disk = { hardState: recovered.hardState, log: [...recovered.tail] };
    this.members.set(id, member);
    this.step(id, { kind: "tick" });
  }

  /** Loses everything but the disk, and starts again from it. */
  restart(id: NodeId): void {
    const { disk } = this.member(id);
    this.letters = this.letters.filter((letter) => letter.to !== id && letter.from !== id);
    this.start(id, { hardState: disk.hardState, snapshot: null, tail: disk.log });
  }

  member(id: NodeId): TestMember {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  raft(id: NodeId): Raft {
    return this.member(id).raft;
  }

  step(id: NodeId, event: ProtocolEvent<RaftMessage>): void {
    const member = this.member(id);
    if (member.down) return;
    member.raft.step(event, { monotonic: this.now, wall: 1_700_000_000_000 + this.now });
    this.#honour(id, member);
  }

  propose(id: NodeId, text: string): number {
    const proposalId = this.#nextProposal++;
    const data = new TextEncoder().encode(text);
    this.step(id, { kind: "propose", proposals: [{ id: proposalId, data }], onlyInTerm: null });
    return proposalId;
  }

  /** Delivers what waits, and what that causes, until nothing is left. */
  deliver(filter: (letter: Letter) => boolean = () => true): void {
    for (let rounds = 0; rounds < 10_000; rounds++) {
      const at = this.letters.findIndex(filter);
      const [letter] = at < 0 ? [] : this.letters.splice(at, 1);
      if (letter === undefined) return;
      if (this.#isCut(letter.from, letter.to)) continue;
      this.step(letter.to, { kind: "receive", from: letter.from, message: letter.message });
    }
    throw new Error("the members never stop talking");
  }

  /** Lets time pass in ticks of 50 ms, delivering everything after each. */
  run(millis: number): void {
    for (let passed = 0; passed < millis; passed += 50) {
      this.now += 50;
      for (const id of this.ids) this.step(id, { kind: "tick" });
      this.deliver();
    }
  }

  /** Makes the member campaign now, by waiting on its behalf only. */
  campaign(id: NodeId): void {
    this.now += 2000;
    // A step of its own first: a jump of the clock alone restarts the election timer.
    this.step(id, { kind: "tick" });
    for (let i = 0; i < 45 && this.raft(id).view().role === "follower"; i++) {
      this.now += 50;
      this.step(id, { kind: "tick" });
    }
  }

  isolate(id: NodeId): void {
    for (const other of this.ids) {
      if (other === id) continue;
      this.cut.add(`${id}>${other}`).add(`${other}>${id}`);
    }
  }

  heal(): void {
    this.cut.clear();
  }

  /** The leader of the highest term that anybody follows. */
  leader(): NodeId {
    const leaders = this.ids.filter((id) => this.raft(id).view().isLeader);
    leaders.sort((a, b) => this.raft(b).view().term - this.raft(a).view().term);
    const [leader] = leaders;
    if (leader === undefined) throw new Error("nobody leads");
    return leader;
  }

  releaseDisk(id: NodeId): void {
    const member = this.member(id);
    member.diskStalled = false;
    for (const { effect } of member.stalled.splice(0)) this.#perform(id, member, effect);
    this.#honour(id, member);
  }

  #isCut(from: NodeId, to: NodeId): boolean {
    return this.cut.has(`${from}>${to}`) || this.member(to).down;
  }

  #honour(id: NodeId, member: TestMember): void {
    for (;;) {
      const effects = member.raft.takeEffects();
      if (effects.length === 0) return;
      for (const effect of effects) {
        member.effects.push(effect);
        const waits =
          effect.kind === "persist" || (effect.kind === "send" && effect.after !== null);
        if (member.diskStalled && waits) member.stalled.push({ effect });
        else this.#perform(id, member, effect);
      }
    }
  }

  #perform(id: NodeId, member: TestMember, effect: RaftEffect): void {
    const at = { monotonic: this.now, wall: 1_700_000_000_000 + this.now };
    if (effect.kind === "send") {
      const bytes = concat(raftCodec.encode(effect.message));
      this.letters.push({ from: id, to: effect.to, message: raftCodec.decode(bytes) });
    } else if (effect.kind === "persist") {
      const { disk } = member;
      if (effect.hardState !== null) disk.hardState = effect.hardState;
      const { truncateFrom } = effect;
      if (truncateFrom !== null) disk.log = disk.log.filter((entry) => entry.index < truncateFrom);
      if (effect.run !== null) disk.log.push(...effect.run.entries);
      member.raft.step({ kind: "persisted", ticket: effect.ticket }, at);
    } else if (effect.kind === "apply") {
      for (const entry of effect.entries) {
        if (entry.kind === "command") member.applied.push(new TextDecoder().decode(entry.data));
      }
      member.raft.step({ kind: "applied", through: effect.entries.at(-1)?.index ?? 0 }, at);
    }
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
