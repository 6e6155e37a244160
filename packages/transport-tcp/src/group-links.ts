import type { GroupIdentity, NodeId, TransportReceiver } from "@quorate/core";
import { createConnection, type Socket } from "node:net";
import { Connection } from "./connection.ts";
import type { Control } from "./handshake.ts";
import type { TcpLimits, TransportLog } from "./options.ts";
import { parsePeerUrl } from "./peer-url.ts";

/** What all groups of a transport share. */
export interface TransportContext {
  readonly limits: TcpLimits;
  readonly log: TransportLog;
  readonly incarnation: number;
  readonly random: () => number;
}

/** The state of one peer: a link, or a dial under way, or a wait before the next. */
interface Peer {
  addresses: readonly string[];
  link: Connection | null;
  dialing: Connection | null;
  redial: NodeJS.Timeout | null;
  failures: number;
  /** What was last logged about it: the same trouble is told once, not at every redial. */
  trouble: string | null;
}

/** Every frame of a group travels on the first channel of its connection. */
const CHANNEL = 0;

/**
 * One group's links. Of two members the one with the smaller id dials, so that there is one
 * connection a pair. A new connection of a peer replaces the one before at once: its process has
 * started again, or its end of the old connection is gone.
 */
export class GroupLinks {
  readonly #context: TransportContext;
  readonly #identity: GroupIdentity;
  readonly #receiver: TransportReceiver;
  readonly #peers = new Map<NodeId, Peer>();
  #left = false;

  constructor(context: TransportContext, identity: GroupIdentity, receiver: TransportReceiver) {
    this.#context = context;
    this.#identity = identity;
    this.#receiver = receiver;
  }

  send(to: NodeId, parts: readonly Uint8Array[]): void {
    this.#peers.get(to)?.link?.send(CHANNEL, parts);
  }

  setPeers(peers: ReadonlyMap<NodeId, readonly string[]>): void {
    for (const [id, peer] of this.#peers) {
      if (peers.has(id)) continue;
      this.#peers.delete(id);
      this.#drop(id, peer, "it is no longer a member");
    }
    for (const [id, addresses] of peers) {
      const known = this.#peers.get(id);
      if (known !== undefined) {
        known.addresses = addresses;
        continue;
      }
      const peer = {
        addresses,
        link: null,
        dialing: null,
        redial: null,
        failures: 0,
        trouble: null,
      };
      this.#peers.set(id, peer);
      if (this.#identity.self < id) this.#redialSoon(id, peer, 0);
    }
  }

  leave(): void {
    this.#left = true;
    for (const [id, peer] of this.#peers) this.#drop(id, peer, "this member stops");
    this.#peers.clear();
  }

  /**
   * A peer that dialled us introduced itself.
   *
   * @returns why it is refused, or null when the connection is now its link
   */
  accept(hello: Extract<Control, { kind: "hello" }>, connection: Connection): string | null {
    const refusal = this.#refusal(hello);
    const theirs = hello.groups[0];
    const peer = theirs === undefined ? undefined : this.#peers.get(theirs.self);
    if (refusal !== null || theirs === undefined || peer === undefined) {
      return refusal ?? "it names no group";
    }
    connection.sendControl(this.#hello());
    this.#up(theirs.self, peer, connection, hello.incarnation);
    return null;
  }

  frame(connection: Connection, payload: Uint8Array): void {
    for (const [id, peer] of this.#peers) {
      if (peer.link === connection) return this.#receiver.receive(id, payload);
    }
  }

  closed(connection: Connection, why: string): void {
    for (const [id, peer] of this.#peers) {
      if (peer.link !== connection) continue;
      peer.link = null;
      this.#trouble(id, peer, why);
      this.#receiver.linkDown(id);
      if (this.#identity.self < id) this.#redialSoon(id, peer, this.#backOff(peer));
    }
  }

  #hello(): Control {
    return { kind: "hello", incarnation: this.#context.incarnation, groups: [this.#identity] };
  }

  #refusal(hello: Extract<Control, { kind: "hello" }>): string | null {
    const { group, cluster, self } = this.#identity;
    const theirs = hello.groups.find((identity) => identity.group === group);
    if (theirs === undefined) return `no group ${group} there`;
    if (theirs.cluster !== cluster) {
      return `it is of cluster ${theirs.cluster}, this member of ${cluster}`;
    }
    if (theirs.self === self) return `it calls itself ${self}, as this member does`;
    return this.#peers.has(theirs.self) ? null : `${theirs.self} is no member of this cluster`;
  }

  #redialSoon(id: NodeId, peer: Peer, millis: number): void {
    peer.redial = setTimeout(() => {
      peer.redial = null;
      this.#dial(id, peer);
    }, millis);
  }

  #backOff(peer: Peer): number {
    const { redialMillisMin, redialMillisMax } = this.#context.limits;
    const millis = Math.min(redialMillisMin * 2 ** peer.failures, redialMillisMax);
    peer.failures++;
    return millis * (0.5 + this.#context.random() / 2);
  }

  #dial(id: NodeId, peer: Peer): void {
    const { limits } = this.#context;
    const url = peer.addresses[peer.failures % peer.addresses.length];
    if (url === undefined) return;
    const failed = (why: string): void => {
      peer.dialing = null;
      if (this.#left || this.#peers.get(id) !== peer) return;
      this.#trouble(id, peer, `${url}: ${why}`);
      this.#redialSoon(id, peer, this.#backOff(peer));
    };
    let socket: Socket;
    try {
      socket = createConnection(parsePeerUrl(url));
    } catch (thrown) {
      return failed(thrown instanceof Error ? thrown.message : String(thrown));
    }
    socket.setTimeout(limits.handshakeMillis, () => connection.close("no answer in time"));
    const connection: Connection = new Connection(socket, limits, {
      control: (control) => {
        if (control.kind === "refusal") connection.close(`refused: ${control.reason}`);
        if (control.kind !== "hello" || peer.dialing !== connection) return;
        const refusal = this.#refusal(control);
        const theirs = control.groups[0]?.self;
        if (refusal !== null) return connection.close(refusal);
        if (theirs !== id) return connection.close(`${String(theirs)} answers there, not ${id}`);
        socket.setTimeout(0);
        peer.dialing = null;
        this.#up(id, peer, connection, control.incarnation);
      },
      frame: (_channel, payload) => {
        if (peer.link === connection) this.#receiver.receive(id, payload);
      },
      closed: (why) => {
        if (peer.dialing === connection) failed(why);
        else this.closed(connection, why);
      },
    });
    peer.dialing = connection;
    connection.sendControl(this.#hello());
  }

  #up(id: NodeId, peer: Peer, connection: Connection, incarnation: number): void {
    const old = peer.link;
    if (old !== null) {
      old.close("the peer opened a new connection");
      if (peer.redial !== null) clearTimeout(peer.redial);
      peer.redial = null;
    }
    peer.link = connection;
    peer.failures = 0;
    if (peer.trouble !== null) this.#context.log.info({ peer: id }, "linked again");
    peer.trouble = null;
    this.#receiver.linkUp(id, incarnation);
  }

  #drop(id: NodeId, peer: Peer, why: string): void {
    if (peer.redial !== null) clearTimeout(peer.redial);
    const { link, dialing } = peer;
    peer.link = null;
    peer.dialing = null;
    dialing?.close(why);
    link?.close(why);
    if (link !== null && !this.#left) this.#receiver.linkDown(id);
  }

  #trouble(id: NodeId, peer: Peer, why: string): void {
    if (peer.trouble === why) return;
    peer.trouble = why;
    this.#context.log.warn({ peer: id, group: this.#identity.group, why }, "no link to the peer");
  }
}
