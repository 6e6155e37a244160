import type { NodeId } from "../ids.ts";
import type {
  GroupIdentity,
  Transport,
  TransportGroup,
  TransportReceiver,
} from "../ports/transport.ts";
import { LinkEnd, type Endpoint, type LinkHost } from "./memory-link.ts";

/** What a {@link MemoryNetwork} runs on. */
export interface MemoryNetworkOptions {
  /** Runs the callback after so many ms, when the given member runs; never within the call. */
  readonly schedule: (member: NodeId, millis: number, callback: () => void) => void;
  /** How long a frame, or the news of a broken link, takes; 0 when left out. */
  readonly delayMillis?: (from: NodeId, to: NodeId) => number;
  /** How long it takes to dial again; 0 when left out. */
  readonly redialMillis?: () => number;
  /** A link with more frames on the way is closed; 10,000 when left out. */
  readonly queueFramesMax?: number;
  /**
   * How many copies of a frame arrive, each at its own time and in any order: 0 loses it. Breaks the
   * transport's promise, for protocols that do not rely on it.
   */
  readonly copies?: (from: NodeId, to: NodeId) => number;
}

/** All transports of one process: every member that joins can be linked with every other. */
export class MemoryNetwork implements LinkHost {
  readonly #options: MemoryNetworkOptions;
  readonly #delayMillis: (from: NodeId, to: NodeId) => number;
  readonly #redialMillis: () => number;
  readonly #queueFramesMax: number;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #blocked = new Set<string>();
  #incarnations = 0;

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
    this.#delayMillis = options.delayMillis ?? (() => 0);
    this.#redialMillis = options.redialMillis ?? (() => 0);
    this.#queueFramesMax = options.queueFramesMax ?? 10_000;
  }

  /** The transport of one member's process. */
  transport(): Transport {
    return { join: (identity, peers, receiver) => this.#join(identity, peers, receiver) };
  }

  /** From now on nothing gets from one member to the other; what is sent waits, as in a socket. */
  block(from: NodeId, to: NodeId): void {
    this.#blocked.add(way(from, to));
  }

  unblock(from: NodeId, to: NodeId): void {
    if (!this.#blocked.delete(way(from, to))) return;
    for (const endpoint of this.#endpoints.values()) {
      if (endpoint.identity.self === to) endpoint.links.get(from)?.release();
      else if (endpoint.identity.self === from) this.#dialSoon(endpoint, to);
    }
  }

  isBlocked(from: NodeId, to: NodeId): boolean {
    return this.#blocked.has(way(from, to));
  }

  /**
   * Breaks the links between two members. What is on the way is lost, in both directions; each side
   * notices after a time of its own.
   */
  breakLinks(a: NodeId, b: NodeId, noticeMillis: (at: NodeId) => number): void {
    for (const endpoint of this.#endpoints.values()) {
      const end = endpoint.identity.self === a ? endpoint.links.get(b) : undefined;
      if (end !== undefined) this.#break(end, noticeMillis);
    }
  }

  /** A member's process is gone without a word; each peer notices after a time of its own. */
  kill(member: NodeId, noticeMillis: (at: NodeId) => number): void {
    for (const endpoint of this.#endpoints.values()) {
      if (endpoint.identity.self === member) this.#remove(endpoint, noticeMillis);
    }
  }

  deliver(from: NodeId, to: NodeId, callback: () => void): void {
    this.#options.schedule(to, this.#delayMillis(from, to), callback);
  }

  lost(end: LinkEnd): void {
    this.#dialSoon(end.owner, end.peer.identity.self);
  }

  refused(end: LinkEnd): void {
    this.#break(end, () => 0);
  }

  #join(
    identity: GroupIdentity,
    peers: ReadonlyMap<NodeId, readonly string[]>,
    receiver: TransportReceiver,
  ): TransportGroup {
    const endpoint: Endpoint = {
      identity,
      receiver,
      incarnation: ++this.#incarnations,
      peers: new Set(peers.keys()),
      joined: true,
      links: new Map(),
      opening: new Map(),
    };
    this.#endpoints.set(place(identity, identity.self), endpoint);
    for (const peer of endpoint.peers) this.#dialSoon(endpoint, peer);
    return {
      send: (to, parts) => this.#send(endpoint, to, parts),
      setPeers: (next) => this.#setPeers(endpoint, next),
      leave: () => this.#remove(endpoint, (peer) => this.#delayMillis(identity.self, peer)),
    };
  }

  #send(endpoint: Endpoint, to: NodeId, parts: readonly Uint8Array[]): void {
    const link = endpoint.links.get(to);
    if (!endpoint.joined || link === undefined || !link.isUp) return;
    const { self } = endpoint.identity;
    const target = link.facing;
    const { copies } = this.#options;
    if (target === null) return;
    if (copies !== undefined) {
      for (let left = copies(self, to); left > 0; left--) target.pushUnordered(join(parts));
    } else if (target.framesOnTheWay < this.#queueFramesMax) {
      target.push(join(parts));
    } else {
      this.#break(link, () => 0);
    }
  }

  #dialSoon(from: Endpoint, to: NodeId): void {
    const { self } = from.identity;
    this.#options.schedule(self, this.#redialMillis(), () => this.#dial(from, to));
  }

  #dial(from: Endpoint, to: NodeId): void {
    const peer = this.#endpoints.get(place(from.identity, to));
    const { self } = from.identity;
    if (peer === undefined || !acquainted(from, peer)) return;
    if (this.isBlocked(self, to) || this.isBlocked(to, self)) return;
    if (from.links.has(to) || from.opening.has(to) || peer.opening.has(self)) return;
    const ours = new LinkEnd(from, peer, this);
    const theirs = new LinkEnd(peer, from, this);
    ours.facing = theirs;
    theirs.facing = ours;
    // The peer may still hold the link before: what was on the way there is lost.
    peer.links.get(self)?.breakOff();
    this.#open(ours);
    this.#open(theirs);
  }

  #open(end: LinkEnd): void {
    const { owner, peer } = end;
    owner.opening.set(peer.identity.self, end);
    this.deliver(peer.identity.self, owner.identity.self, () => {
      owner.opening.delete(peer.identity.self);
      if (acquainted(owner, peer)) end.open();
      else {
        end.close();
        end.facing?.close();
      }
      // Whoever dialled meanwhile gave up, because a link was being opened.
      if (!end.isUp) this.lost(end);
    });
  }

  #break(end: LinkEnd, noticeMillis: (at: NodeId) => number): void {
    for (const side of [end, end.facing]) {
      if (side === null) continue;
      const { self } = side.owner.identity;
      side.breakOff();
      this.#options.schedule(self, noticeMillis(self), () => side.close());
    }
  }

  #setPeers(endpoint: Endpoint, peers: ReadonlyMap<NodeId, readonly string[]>): void {
    const before = endpoint.peers;
    endpoint.peers = new Set(peers.keys());
    for (const peer of before) {
      const end = endpoint.peers.has(peer) ? undefined : endpoint.links.get(peer);
      if (end !== undefined) this.#break(end, () => 0);
    }
    for (const peer of endpoint.peers) {
      if (!before.has(peer)) this.#dialSoon(endpoint, peer);
    }
  }

  #remove(endpoint: Endpoint, noticeMillis: (at: NodeId) => number): void {
    if (!endpoint.joined) return;
    endpoint.joined = false;
    const { identity } = endpoint;
    this.#endpoints.delete(place(identity, identity.self));
    // Of one that is being opened the other end may be up already, and this one will never be.
    for (const end of [...endpoint.links.values(), ...endpoint.opening.values()]) {
      this.#break(end, noticeMillis);
    }
  }
}

/** Both take part, and each is a peer of the other. */
function acquainted(a: Endpoint, b: Endpoint): boolean {
  const know = a.peers.has(b.identity.self) && b.peers.has(a.identity.self);
  return a.joined && b.joined && know;
}

function way(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}

function place(identity: GroupIdentity, member: NodeId): string {
  return JSON.stringify([identity.cluster, identity.group, member]);
}

/** One frame in one piece: the one copy, as a socket makes it. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
