import {
  QuorateError,
  type GroupId,
  type GroupIdentity,
  type NodeId,
  type TransportGroup,
  type TransportReceiver,
} from "@quorate/core";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { REASON_CHARS_MAX, type Hello } from "./control.ts";
import { Dialler, type Destination } from "./dialler.ts";
import {
  Handshake,
  type HandshakeEnd,
  type HandshakeHost,
  type Introduction,
} from "./handshake.ts";
import type { RoundTripListener, TcpLimits, TransportLog } from "./options.ts";
import { ProcessLink, type LinkHost } from "./process-link.ts";
import { Seat, type SeatContext } from "./seat.ts";
import { TroubleLog } from "./trouble-log.ts";

/** What a switchboard is made of. */
export interface SwitchboardOptions {
  readonly limits: TcpLimits;
  readonly log: TransportLog;
  readonly incarnation: number;
  readonly random: () => number;
  readonly onRoundTrip?: RoundTripListener;
}

/**
 * Joins the groups of this process with the links to other processes.
 *
 * Whatever changes, a group, its peers, a link or what the other end offers, all is brought in line by
 * `#settle`, in a call of its own: so nobody is told anything from within a call, and what several
 * changes of one turn amount to is done once.
 */
export class Switchboard implements HandshakeHost, LinkHost, SeatContext {
  readonly limits: TcpLimits;
  readonly log: TransportLog;
  readonly incarnation: number;
  readonly onRoundTrip: RoundTripListener;
  readonly name: string = randomBytes(8).toString("hex");
  readonly troubles: TroubleLog = new TroubleLog();
  readonly seats: Map<GroupId, Seat> = new Map<GroupId, Seat>();
  readonly #dialler: Dialler;
  /** By the name of the process at the other end. */
  readonly #links = new Map<string, ProcessLink>();
  /** Who dialled us and is no link yet. */
  readonly #strangers = new Set<Handshake>();
  #settling = false;
  #closed = false;

  constructor({ limits, log, incarnation, random, onRoundTrip }: SwitchboardOptions) {
    this.limits = limits;
    this.onRoundTrip = onRoundTrip ?? (() => {});
    this.log = log;
    this.incarnation = incarnation;
    this.#dialler = new Dialler(this, random);
  }

  join(
    identity: GroupIdentity,
    peers: ReadonlyMap<NodeId, readonly string[]>,
    receiver: TransportReceiver,
  ): TransportGroup {
    const { group } = identity;
    if (this.#closed) throw new QuorateError("ERR_STOPPED", "the transport is closed");
    if (this.seats.has(group)) {
      throw new QuorateError("ERR_CONFIGURATION", `this process is in group ${group} already`);
    }
    const seat = new Seat(this, identity, peers, receiver);
    this.seats.set(group, seat);
    this.changed();
    return {
      send: (to, parts) => seat.send(to, parts),
      setPeers: (next) => seat.setPeers(next),
      leave: () => {
        if (this.seats.get(group) === seat) this.seats.delete(group);
        seat.leave();
      },
    };
  }

  /** Somebody connected: it must introduce itself before it may say anything else. */
  accept(socket: Socket): void {
    const remote = socket.remoteAddress ?? "?";
    if (this.#strangers.size >= this.limits.strangersMax) {
      socket.destroy();
      return this.#drop(remote, "too many others have not introduced themselves yet");
    }
    let who = "";
    const handshake = new Handshake(socket, "acceptor", this, {
      introduced: ({ process, groups }) => {
        const members = groups.map(({ group, self }) => `${group}/${self}`);
        who = `process ${process}: ${members.join(", ")}`.slice(0, REASON_CHARS_MAX);
      },
      over: (end) => {
        this.#strangers.delete(handshake);
        this.#tell(end, remote, who, handshake);
      },
    });
    this.#strangers.add(handshake);
  }

  close(): void {
    this.#closed = true;
    for (const seat of this.seats.values()) seat.leave();
    this.seats.clear();
    this.#dialler.close();
    for (const handshake of this.#strangers) handshake.abandon();
    for (const link of this.#links.values()) link.close("this member stops");
  }

  changed(): void {
    if (this.#settling || this.#closed) return;
    this.#settling = true;
    process.nextTick(() => {
      this.#settling = false;
      if (!this.#closed) this.#settle();
    });
  }

  offered(): readonly Seat[] {
    return [...this.seats.values()];
  }

  refusal(hello: Hello): string | null {
    if (hello.process === this.name) {
      return "that is this very process: its own address is given as a peer's";
    }
    const reasons: string[] = [];
    for (const identity of hello.groups) {
      const refusal = this.seats.get(identity.group)?.refusal(identity, hello);
      if (refusal === null) return null;
      if (refusal !== undefined) reasons.push(refusal);
    }
    if (reasons.length === 0) {
      const theirs = hello.groups.map(({ group }) => group).join(", ");
      const ours = [...this.seats.keys()].join(", ");
      reasons.push(`no group in common: one has ${ours || "none"}, the other ${theirs || "none"}`);
    }
    return reasons.join("; ").slice(0, REASON_CHARS_MAX);
  }

  linkWith(name: string): ProcessLink | null {
    return this.#links.get(name) ?? null;
  }

  linked(introduction: Introduction): void {
    const { connection, theirs } = introduction;
    this.#links.get(theirs.process)?.close("the peer has chosen another connection");
    const link = new ProcessLink(this, introduction);
    this.#links.set(theirs.process, link);
    connection.handOver(link);
    this.changed();
  }

  unlinked(link: ProcessLink): void {
    this.#links.delete(link.hello.process);
    this.changed();
  }

  #settle(): void {
    for (const link of this.#links.values()) link.settle();
    this.#dialler.aim(this.#destinations());
  }

  #destinations(): ReadonlyMap<string, Destination> {
    const places = new Map<string, Destination>();
    for (const seat of this.seats.values()) {
      for (const [peer, addresses] of seat.peers) {
        if (addresses.length === 0) continue;
        const place = addresses.join();
        const before = places.get(place)?.waiting ?? [];
        const waiting = seat.isBound(peer) ? before : [...before, { seat, peer }];
        places.set(place, { addresses, waiting });
      }
    }
    return places;
  }

  #tell(end: HandshakeEnd, remote: string, who: string, handshake: Handshake): void {
    switch (end.kind) {
      case "linked":
      case "duplicate":
      case "vanished": // a peer that found another way to us, or somebody who looks whether we are there
        return;
      case "refused":
        if (!this.troubles.isNews(who, end.why)) return;
        return this.log.warn({ remote, peer: who, why: end.why }, "refused a peer");
      case "failed":
        // A peer that found another way to us may well break off.
        if (!handshake.isIntroduced) this.#drop(remote, end.why);
    }
  }

  #drop(remote: string, why: string): void {
    if (!this.troubles.isNews(remote, why)) return;
    this.log.warn({ remote, why }, "dropped a connection on the peer port that is no member's");
  }
}
