import { ByteReader } from "../../codec/byte-reader.ts";
import { ByteWriter } from "../../codec/byte-writer.ts";
import type { NodeId } from "../../ids.ts";
import type { GroupIdentity, Transport, TransportGroup } from "../../ports/transport.ts";

/** What the members of one test share. */
export class TransportWitness {
  /** A call to a transport is under way: nobody may be told anything. */
  within = false;
  /** The first promise that a transport broke. */
  problem: string | null = null;
  /** Rejects with the first problem: what the test waits for may never come then. */
  readonly broken: Promise<never>;
  readonly #marks = new Set<number>();
  #links = 0;
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.broken = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.broken.catch(() => {});
  }

  report(problem: string): void {
    this.problem ??= problem;
    this.#reject(new Error(problem));
  }

  /** A mark that no link has had before. */
  nextMark(): number {
    return ++this.#links;
  }

  /** Each mark is heard on one link. */
  isNew(mark: number): boolean {
    if (this.#marks.has(mark)) return false;
    this.#marks.add(mark);
    return true;
  }
}

/** What a member knows of its link with one peer. */
interface LinkRecord {
  /** Marks the frames that we send while the link is up. */
  readonly mark: number;
  sent: number;
  /** The mark of what arrives; null before the first frame. */
  heard: number | null;
  received: number;
}

/** Mark and number. */
const HEAD_BYTES = 8;

/** The mark of what is sent without a link. */
const UNLINKED = 0;

type Peers = ReadonlyMap<NodeId, readonly string[]>;

/**
 * A member of a group that sends marked and numbered frames and checks everything it is told: links
 * come and go in turn, what arrives on one is what was sent on it, from the first frame on without a
 * gap, and nothing comes from within a call or after leaving.
 */
export class TransportMember {
  /** What it was told, in order: `up b`, `b 3` for the frame with the number 3, `down b`. */
  readonly told: string[] = [];
  /** Of each link, in order. */
  readonly incarnations: number[] = [];
  /** Runs when a link is there. */
  onUp: (peer: NodeId) => void = () => {};
  /** Runs when a frame has arrived. */
  onFrame: (peer: NodeId) => void = () => {};
  readonly #witness: TransportWitness;
  readonly #identity: GroupIdentity;
  readonly #group: TransportGroup;
  #peers: Peers;
  readonly #links = new Map<NodeId, LinkRecord>();
  #left = false;
  #waiters: { readonly met: () => boolean; readonly done: () => void }[] = [];

  constructor(
    witness: TransportWitness,
    transport: Transport,
    identity: GroupIdentity,
    peers: Peers,
  ) {
    this.#witness = witness;
    this.#identity = identity;
    this.#peers = peers;
    this.#group = this.#call(() =>
      transport.join(identity, peers, {
        linkUp: (peer, incarnation) => this.#told(`up ${peer}`, () => this.#up(peer, incarnation)),
        linkDown: (peer) => this.#told(`down ${peer}`, () => this.#down(peer)),
        receive: (peer, frame) => this.#receive(peer, frame),
      }),
    );
  }

  /** Sends frames of so many bytes, each in three parts. */
  send(to: NodeId, count: number = 1, bytes: number = 16): void {
    const link = this.#links.get(to);
    for (let left = count; left > 0; left--) {
      const mark = new ByteWriter(4).u32(link?.mark ?? UNLINKED).finish();
      const number = new ByteWriter(4).u32(link?.sent ?? 0).finish();
      if (link !== undefined) link.sent++;
      const rest = new Uint8Array(Math.max(bytes - HEAD_BYTES, 0));
      this.#call(() => this.#group.send(to, [mark, number, rest]));
    }
  }

  setPeers(peers: Peers): void {
    this.#peers = peers;
    this.#call(() => this.#group.setPeers(peers));
  }

  leave(): void {
    this.#left = true;
    this.#links.clear();
    this.#call(() => this.#group.leave());
  }

  isLinked(peer: NodeId): boolean {
    return this.#links.has(peer);
  }

  /** Frames that arrived on the link that is up. */
  received(peer: NodeId): number {
    return this.#links.get(peer)?.received ?? 0;
  }

  /** Resolves once the member is in a state that only what it is told can bring. */
  until(met: () => boolean): Promise<void> {
    return new Promise((done) => {
      this.#waiters.push({ met, done });
      this.#wake();
    });
  }

  linked(peer: NodeId): Promise<void> {
    return this.until(() => this.isLinked(peer));
  }

  unlinked(peer: NodeId): Promise<void> {
    return this.until(() => !this.isLinked(peer));
  }

  #call<T>(action: () => T): T {
    this.#witness.within = true;
    try {
      return action();
    } finally {
      this.#witness.within = false;
    }
  }

  #told(what: string, then: () => void): void {
    if (this.#witness.within) this.#problem(`was told "${what}" from within a call`);
    if (this.#left) return this.#problem(`was told "${what}" after it left`);
    this.told.push(what);
    then();
    this.#wake();
  }

  #up(peer: NodeId, incarnation: number): void {
    if (!this.#peers.has(peer)) this.#problem(`was told of a link to ${peer}, which is no peer`);
    if (this.#links.has(peer)) this.#problem(`was told of a second link to ${peer}`);
    this.incarnations.push(incarnation);
    const mark = this.#witness.nextMark();
    this.#links.set(peer, { mark, sent: 0, heard: null, received: 0 });
    this.onUp(peer);
  }

  #down(peer: NodeId): void {
    if (!this.#links.delete(peer)) this.#problem(`lost a link to ${peer} that was not there`);
  }

  #receive(peer: NodeId, frame: Uint8Array): void {
    if (frame.length < HEAD_BYTES) {
      return this.#problem(`heard a frame of ${frame.length} bytes, too few for any that was sent`);
    }
    const reader = new ByteReader(frame, "frame of the suite");
    const mark = reader.u32();
    const number = reader.u32();
    this.#told(`${peer} ${number}`, () => {
      const link = this.#links.get(peer);
      if (link === undefined) return this.#problem(`heard ${peer} without a link`);
      if (mark === UNLINKED) this.#problem(`heard of ${peer} what was sent without a link`);
      const isSame = link.heard === null ? this.#witness.isNew(mark) : link.heard === mark;
      link.heard = mark;
      if (!isSame) this.#problem(`heard of ${peer} what was sent on another link`);
      if (number !== link.received) {
        this.#problem(`heard number ${number} of ${peer}, not ${link.received}`);
      }
      link.received++;
      this.onFrame(peer);
    });
  }

  #problem(what: string): void {
    const { group, self } = this.#identity;
    this.#witness.report(`${self} in ${group} ${what}`);
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter(({ met, done }) => {
      if (!met()) return true;
      done();
      return false;
    });
  }
}
