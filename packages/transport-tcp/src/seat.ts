import type { GroupIdentity, NodeId, TransportReceiver } from "@quorate/core";
import type { Connection } from "./connection.ts";
import type { Hello } from "./control.ts";
import { FRAME_HEAD_BYTES, type Channel } from "./frame.ts";
import type { RoundTripListener, TransportLog } from "./options.ts";
import { PeerTraffic } from "./peer-traffic.ts";
import type { TroubleLog } from "./trouble-log.ts";

/** Where frames for a member go. */
export interface Route {
  readonly connection: Connection;
  readonly channel: Channel;
}

/** The same, and what goes there. */
interface CountedRoute extends Route {
  readonly traffic: PeerTraffic;
}

/** The link with the process that a member lives in. */
export interface Bond {
  readonly hello: Hello;
  /** Ends the link, if the process does not live any more. */
  challenge(): void;
  /** Ends the link, and tells the other end why. */
  end(why: string): void;
}

/** What a seat needs of its transport. */
export interface SeatContext {
  readonly log: TransportLog;
  readonly troubles: TroubleLog;
  readonly onRoundTrip: RoundTripListener;
  /** Peers or their links are others now; what follows from it must wait until this call is over. */
  changed(): void;
}

/** One group's end of the transport: who its members are, and by which links they are reached. */
export class Seat {
  readonly identity: GroupIdentity;
  readonly #context: SeatContext;
  readonly #receiver: TransportReceiver;
  #peers: ReadonlyMap<NodeId, readonly string[]>;
  /** Members that we have admitted, by the link with their process. */
  readonly #bonds = new Map<NodeId, Bond>();
  /** Members that have admitted us too: the group is told that the link is up. */
  readonly #routes = new Map<NodeId, CountedRoute>();
  readonly #traffic = new Map<NodeId, PeerTraffic>();
  #left = false;

  constructor(
    context: SeatContext,
    identity: GroupIdentity,
    peers: ReadonlyMap<NodeId, readonly string[]>,
    receiver: TransportReceiver,
  ) {
    this.#context = context;
    this.identity = identity;
    this.#peers = peers;
    this.#receiver = receiver;
  }

  /** Of every peer, from when it became one. */
  get traffic(): ReadonlyMap<NodeId, Readonly<PeerTraffic>> {
    return new Map([...this.#peers.keys()].map((peer) => [peer, this.#trafficOf(peer)]));
  }

  get peers(): ReadonlyMap<NodeId, readonly string[]> {
    return this.#peers;
  }

  send(to: NodeId, parts: readonly Uint8Array[]): void {
    const route = this.#routes.get(to);
    if (route === undefined || this.#left) return;
    route.traffic.bytesSent += route.connection.send(route.channel, parts);
  }

  setPeers(peers: ReadonlyMap<NodeId, readonly string[]>): void {
    this.#peers = peers;
    this.#forgetStrangers();
    this.#context.changed();
  }

  /** Nothing is told to the group any more. */
  leave(): void {
    this.#left = true;
    this.#context.changed();
  }

  isBound(peer: NodeId): boolean {
    return this.#bonds.has(peer);
  }

  /** Why a process's member cannot be taken for one of ours, or null. */
  refusal(theirs: GroupIdentity, hello: Hello): string | null {
    const { group, cluster, self } = this.identity;
    const name = `${theirs.self} of group ${group}`;
    if (theirs.cluster !== cluster) {
      return `${name} is of cluster ${theirs.cluster}, this member of ${cluster}`;
    }
    if (theirs.self === self) return `it calls itself ${name}, as this member does`;
    if (!this.#peers.has(theirs.self)) return `${name} is no member of cluster ${cluster}`;
    const bond = this.#bonds.get(theirs.self);
    if (bond === undefined || bond.hello.process === hello.process) return null;
    if (bond.hello.incarnation < hello.incarnation) return null;
    // Two processes claim to be the same member. If the one that is linked is dead, it shows now.
    bond.challenge();
    return `another process is linked as ${name}`;
  }

  /** The member is to be reached by this link; the link with an earlier life of it ends. */
  bind(peer: NodeId, bond: Bond): void {
    const before = this.#bonds.get(peer);
    if (before !== undefined && before !== bond) {
      before.end(`a later life of ${peer} of group ${this.identity.group} is linked`);
    }
    this.#bonds.set(peer, bond);
  }

  /** The link with the member is there, in both directions. */
  up(peer: NodeId, route: Route, incarnation: number): void {
    // Put out in this very turn: the link is about to be told.
    if (this.#left || !this.#peers.has(peer)) return;
    const traffic = this.#trafficOf(peer);
    traffic.isLinked = true;
    this.#routes.set(peer, { ...route, traffic });
    if (this.#context.troubles.isOver(this.nameOf(peer))) {
      this.#context.log.info({ peer, group: this.identity.group }, "linked again");
    }
    this.#receiver.linkUp(peer, incarnation);
  }

  receive(peer: NodeId, payload: Uint8Array): void {
    if (this.#left) return;
    this.#trafficOf(peer).bytesReceived += FRAME_HEAD_BYTES + payload.length;
    this.#receiver.receive(peer, payload);
  }

  /** A frame would come back from the member after so long. */
  roundTrip(peer: NodeId, millis: number): void {
    if (!this.#left) this.#context.onRoundTrip(this.identity.group, peer, millis);
  }

  /** The member is not reached by this link any more. */
  unbind(peer: NodeId, why: string): void {
    this.#bonds.delete(peer);
    const wasUp = this.#routes.delete(peer);
    if (wasUp) {
      const traffic = this.#trafficOf(peer);
      traffic.isLinked = false;
      traffic.losses++;
    }
    this.#forgetStrangers();
    this.#context.changed();
    if (this.#left) return;
    this.trouble(peer, why);
    if (wasUp) this.#receiver.linkDown(peer);
  }

  /** There is no link with a peer: told once for each reason, until there is one. */
  trouble(peer: NodeId, why: string): void {
    if (!this.#peers.has(peer)) return;
    this.#trafficOf(peer).failures++;
    if (!this.#context.troubles.isNews(this.nameOf(peer), why)) return;
    const { group } = this.identity;
    this.#context.log.warn({ peer, group, why }, "no link to the peer");
  }

  #trafficOf(peer: NodeId): PeerTraffic {
    const traffic = this.#traffic.get(peer) ?? new PeerTraffic();
    this.#traffic.set(peer, traffic);
    return traffic;
  }

  /** Not while they are linked: put out and taken in again within a turn, they are what they were. */
  #forgetStrangers(): void {
    for (const peer of this.#traffic.keys()) {
      if (!this.#peers.has(peer) && !this.#bonds.has(peer)) this.#traffic.delete(peer);
    }
  }

  /** The peer as one thing that there can be trouble with. */
  nameOf(peer: NodeId): string {
    return `${this.identity.group}/${peer}`;
  }
}
