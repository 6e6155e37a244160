import {
  Prng,
  type Configuration,
  type Instant,
  type NodeId,
  type ProtocolEvent,
  type QuorumRule,
} from "@quorate/core";
import {
  zabCodec,
  type Zab,
  type ZabLimits,
  type ZabMessage,
  type ZabTimes,
} from "../src/index.ts";
import { TestDisk, TestMember, type StoredSnapshot, type World } from "./test-member.ts";

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: ZabMessage;
}

export const TIMES: ZabTimes = {
  pingMillis: 100,
  initMillis: 2000,
  syncMillis: 1000,
  finalizeWaitMillis: 200,
  notificationMillisMin: 200,
  notificationMillisMax: 1600,
};

export interface NetworkOptions {
  /** `"1"` to this: ids are decimal, as ZooKeeper's. */
  readonly size?: number;
  /** Numbered behind the voters. */
  readonly observers?: number;
  /** Instead of a majority of all that are not observers. */
  readonly quorum?: QuorumRule;
  /** Members that run the protocol from the beginning; all others are played by the test. */
  readonly real?: readonly NodeId[];
  /** What is on a member's disk before its first start. */
  readonly disks?: Readonly<Record<NodeId, TestDisk>>;
  readonly limits?: Partial<ZabLimits>;
  readonly times?: Partial<ZabTimes>;
}

/**
 * ZAB members joined by hand: messages wait until a test delivers them, in order on each link, and
 * every one passes through the codec. A link that breaks loses what is on it and tells both ends.
 * Members that the test plays are always linked; what they are sent is in their peer's `sent`.
 */
export class TestNetwork {
  readonly ids: readonly NodeId[];
  readonly configuration: Configuration;
  readonly members = new Map<NodeId, TestMember>();
  letters: Letter[] = [];
  /** Snapshots under way; delivered with the letters unless they are held. */
  streams: { readonly from: NodeId; readonly to: NodeId; readonly snapshot: StoredSnapshot }[] = [];
  streamsHeld = false;
  now = 0;
  /** Directions in which nothing passes although the link stands, as `from>to`. */
  readonly #held = new Set<string>();
  readonly #links = new Set<string>();
  readonly #received = new Map<string, StoredSnapshot>();
  readonly #options: NetworkOptions;
  readonly #real: Set<NodeId>;
  #nextProposal = 1;
  #counter = 1;

  constructor(options: NetworkOptions = {}) {
    const { size = 3, observers = 0, real, quorum } = options;
    this.ids = Array.from({ length: size + observers }, (_, i) => String(i + 1));
    this.configuration = {
      members: this.ids.map((id) => ({ id, addresses: [] })),
      quorum: quorum ?? { kind: "majority", voters: this.ids.slice(0, size) },
    };
    this.#options = options;
    this.#real = new Set(real ?? this.ids);
    for (const id of this.#real) this.start(id, options.disks?.[id] ?? new TestDisk());
  }

  get #at(): Instant {
    return { monotonic: this.now, wall: 1_700_000_000_000 + this.now };
  }

  /** A process life begins from the disk; everybody who is there links with it. */
  start(id: NodeId, disk: TestDisk): void {
    const world: World = {
      at: () => this.#at,
      post: (from, to, message) => this.#post(from, to, message),
      stream: (from, to, snapshot) => void this.streams.push({ from, to, snapshot }),
      received: (handle) => this.#snapshot(handle),
    };
    const member = new TestMember(
      {
        self: id,
        configuration: this.configuration,
        prng: new Prng(this.#counter++),
        times: { ...TIMES, ...this.#options.times },
        limits: this.#options.limits ?? {},
      },
      disk,
      world,
    );
    this.#real.add(id);
    this.members.set(id, member);
    member.step({ kind: "tick" });
    for (const other of this.ids) if (other !== id && this.#isThere(other)) this.connect(id, other);
  }

  /** Power is lost: only the disk is left, and what was asked of it and not done is not on it. */
  crash(id: NodeId): void {
    this.isolate(id);
    this.members.delete(id);
  }

  restart(id: NodeId): void {
    const { disk } = this.member(id);
    this.crash(id);
    this.start(id, disk);
  }

  member(id: NodeId): TestMember {
    const member = this.members.get(id);
    if (member === undefined) throw new RangeError(`no member ${id} runs`);
    return member;
  }

  zab(id: NodeId): Zab {
    return this.member(id).zab;
  }

  /** What the member is, in ZooKeeper's words. */
  role(id: NodeId): string {
    return this.zab(id).view().role;
  }

  step(id: NodeId, event: ProtocolEvent<ZabMessage>): void {
    this.member(id).step(event);
  }

  /** The member hears this from whoever the test plays, or from one that it forges. */
  hear(id: NodeId, from: NodeId, message: ZabMessage): void {
    this.step(id, { kind: "receive", from, message: throughCodec(message) });
  }

  propose(id: NodeId, text: string, onlyInTerm: number | null = null): number {
    const proposal = this.#nextProposal++;
    const data = new TextEncoder().encode(text);
    this.step(id, { kind: "propose", proposals: [{ id: proposal, data }], onlyInTerm });
    return proposal;
  }

  /** The member's service wants its state snapshotted. */
  checkpoint(id: NodeId): void {
    this.step(id, { kind: "checkpoint" });
  }

  /**
   * Delivers what waits, and what that causes, until nothing is left. A letter that the filter holds
   * back holds back what follows it on its link.
   */
  deliver(filter: (letter: Letter) => boolean = () => true): void {
    for (let rounds = 0; rounds < 20_000; rounds++) {
      const letter = this.#next(filter);
      if (letter !== undefined) {
        this.letters.splice(this.letters.indexOf(letter), 1);
        this.step(letter.to, { kind: "receive", from: letter.from, message: letter.message });
      } else if (!this.#deliverStream()) return;
    }
    throw new Error("the members never stop talking");
  }

  /** Lets time pass in ticks of 50 ms, delivering everything after each. */
  run(millis: number): void {
    for (let passed = 0; passed < millis; passed += 50) {
      this.tick(50);
      this.deliver();
    }
  }

  /** Time passes at once; everybody sees it, nothing is delivered. */
  tick(millis: number): void {
    this.now += millis;
    for (const member of this.members.values()) if (!member.stopped) member.step({ kind: "tick" });
  }

  connect(a: NodeId, b: NodeId): void {
    if (this.#links.has(`${a}>${b}`)) return;
    this.#links.add(`${a}>${b}`).add(`${b}>${a}`);
    const incarnation = this.#counter++;
    this.members.get(a)?.step({ kind: "linkUp", peer: b, incarnation });
    this.members.get(b)?.step({ kind: "linkUp", peer: a, incarnation });
  }

  disconnect(a: NodeId, b: NodeId): void {
    if (!this.#links.has(`${a}>${b}`)) return;
    for (const link of [`${a}>${b}`, `${b}>${a}`]) {
      this.#links.delete(link);
      this.#held.delete(link);
      this.letters = this.letters.filter(({ from, to }) => `${from}>${to}` !== link);
      this.streams = this.streams.filter(({ from, to }) => `${from}>${to}` !== link);
    }
    this.members.get(a)?.step({ kind: "linkDown", peer: b });
    this.members.get(b)?.step({ kind: "linkDown", peer: a });
  }

  isolate(id: NodeId): void {
    for (const other of this.ids) this.disconnect(id, other);
  }

  /** All that are there are linked again, and nothing is held. */
  heal(): void {
    this.#held.clear();
    for (const a of this.ids) {
      for (const b of this.ids) {
        if (a < b && this.#isThere(a) && this.#isThere(b)) this.connect(a, b);
      }
    }
  }

  /** Nothing passes from or to the member, though nobody is told: packets are dropped on the way. */
  silence(id: NodeId): void {
    for (const other of this.ids) this.#held.add(`${id}>${other}`).add(`${other}>${id}`);
  }

  /** The one that leads an established epoch, the newest if there are two. */
  leader(): NodeId {
    const leading = [...this.members]
      .map(([id, { zab }]) => ({ id, view: zab.view() }))
      .filter(({ view }) => view.isLeader)
      .sort((a, b) => b.view.term - a.view.term)[0];
    if (leading === undefined) throw new Error("nobody leads");
    return leading.id;
  }

  #isThere(id: NodeId): boolean {
    return this.members.has(id) || !this.#real.has(id);
  }

  #post(from: NodeId, to: NodeId, message: ZabMessage): void {
    if (!this.#links.has(`${from}>${to}`) || !this.members.has(to)) return;
    this.letters.push({ from, to, message: throughCodec(message) });
  }

  #next(filter: (letter: Letter) => boolean): Letter | undefined {
    const blocked = new Set<string>(this.#held);
    for (const letter of this.letters) {
      const link = `${letter.from}>${letter.to}`;
      if (blocked.has(link) || this.member(letter.to).stopped) continue;
      if (filter(letter)) return letter;
      blocked.add(link);
    }
    return undefined;
  }

  #deliverStream(): boolean {
    if (this.streamsHeld) return false;
    const at = this.streams.findIndex(({ from, to }) => !this.#held.has(`${from}>${to}`));
    const [stream] = at < 0 ? [] : this.streams.splice(at, 1);
    if (stream === undefined) return false;
    const { from, to, snapshot } = stream;
    if (!this.members.has(to)) return true;
    this.receiveSnapshot(to, from, snapshot);
    this.member(from).step({ kind: "snapshotSent", to, delivered: true });
    return true;
  }

  /** A whole snapshot has come in at the member. */
  receiveSnapshot(id: NodeId, from: NodeId, snapshot: StoredSnapshot): string {
    const handle = `snapshot-${this.#counter++}`;
    this.#received.set(handle, snapshot);
    this.step(id, { kind: "snapshotReceived", from, meta: snapshot.meta, handle });
    return handle;
  }

  #snapshot(handle: string): StoredSnapshot {
    const snapshot = this.#received.get(handle);
    if (snapshot === undefined) throw new RangeError(`no snapshot ${handle} was received`);
    return snapshot;
  }
}

function throughCodec(message: ZabMessage): ZabMessage {
  return zabCodec.decode(new Uint8Array(Buffer.concat(zabCodec.encode(message))));
}
