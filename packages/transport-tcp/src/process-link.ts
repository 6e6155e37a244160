import { QuorateError, type GroupId, type GroupIdentity, type NodeId } from "@quorate/core";
import type { Connection, LinkListener } from "./connection.ts";
import { GROUPS_MAX, type Hello, type LinkControl } from "./control.ts";
import { channelOf } from "./frame.ts";
import type { Introduction } from "./handshake.ts";
import type { TransportLog } from "./options.ts";
import type { Bond, Seat } from "./seat.ts";
import type { TroubleLog } from "./trouble-log.ts";

/** What a link needs of its transport. */
export interface LinkHost {
  readonly log: TransportLog;
  readonly troubles: TroubleLog;
  /** The groups of this process, as they are now. */
  readonly seats: ReadonlyMap<GroupId, Seat>;
  /** The other end offers other groups now; what follows from it must wait until this call is over. */
  changed(): void;
  /** The link is gone. */
  unlinked(link: ProcessLink): void;
}

/** A group of ours, as the other end knows it. */
interface OurOffer {
  readonly channel: number;
  readonly seat: Seat;
  /** The channel on which the other end takes what we send; null: it does not. */
  admittedOn: number | null;
}

/** A group of the other end's. */
interface TheirOffer {
  readonly channel: number;
  readonly identity: GroupIdentity;
  /** Our channel on which we take what it sends; null: we do not. */
  admittedOn: number | null;
  /** Why not, as we told it. */
  denied: string | null;
}

/** Who speaks on a channel of ours. */
interface Speaker {
  readonly seat: Seat;
  readonly peer: NodeId;
}

/**
 * The connection of two processes, and the groups that they share over it. Each side offers its
 * groups, in the hello and later, and admits what the other offers if that is a peer. A group is
 * linked when both sides have admitted each other.
 *
 * Channels are the receiver's, numbered in the order of its offers and never used again. A group that
 * leaves and comes back has another one: what was sent before is on a channel that is gone. So is
 * that of a peer that was put out and taken in again.
 */
export class ProcessLink implements LinkListener, Bond {
  readonly hello: Hello;
  readonly #host: LinkHost;
  readonly #connection: Connection;
  readonly #ours = new Map<GroupId, OurOffer>();
  readonly #theirs = new Map<GroupId, TheirOffer>();
  /** By channel of ours. */
  readonly #speakers = new Map<number, Speaker>();
  #nextOurs = 0;
  #nextTheirs = 0;
  #closed = false;

  constructor(host: LinkHost, { connection, theirs, ours }: Introduction) {
    this.#host = host;
    this.#connection = connection;
    this.hello = theirs;
    for (const seat of ours) this.#oursOffered(seat);
    for (const identity of theirs.groups) this.#theirsOffered(identity);
  }

  /** Brings the link in line with our groups and their peers. */
  settle(): void {
    if (this.#closed) return;
    for (const [group, { seat }] of this.#ours) {
      const theirs = this.#theirs.get(group);
      const isPeer = theirs === undefined || seat.peers.has(theirs.identity.self);
      if (this.#host.seats.get(group) !== seat) this.#withdraw(group, "the group was left");
      else if (theirs?.admittedOn != null && !isPeer)
        this.#withdraw(group, "it is no peer any more");
    }
    for (const [group, seat] of this.#host.seats) {
      if (this.#ours.has(group)) continue;
      this.#oursOffered(seat);
      this.#connection.sendControl({ kind: "joined", identity: seat.identity });
    }
    for (const theirs of this.#theirs.values()) this.#judge(theirs);
    const isUsed = [...this.#theirs.values()].some(({ admittedOn }) => admittedOn !== null);
    if (!isUsed) this.end("there is no group left in common");
  }

  control(control: LinkControl): void {
    switch (control.kind) {
      case "joined":
        return this.#joined(control.identity);
      case "left":
        return this.#left(control.channel);
      case "admission":
        return this.#admitted(control.own, control.theirs);
      case "denial":
        return this.#denied(control.theirs, control.reason);
      case "refusal":
        return this.close(`refused: ${control.reason}`);
      case "hello":
      case "use":
      case "duplicate":
        throw malformed(`"${control.kind}" on a link`);
    }
  }

  frame(channel: number, payload: Uint8Array): void {
    const speaker = this.#speakers.get(channel);
    if (speaker !== undefined) speaker.seat.receive(speaker.peer, payload);
    else if (channel >= this.#nextOurs) throw malformed(`channel ${channel} was never offered`);
  }

  roundTrip(millis: number): void {
    for (const { seat, peer } of this.#speakers.values()) seat.roundTrip(peer, millis);
  }

  closed(why: string): void {
    this.#closed = true;
    for (const group of this.#theirs.keys()) this.#unbind(group, why);
    this.#host.unlinked(this);
  }

  challenge(): void {
    this.#connection.challenge();
  }

  end(why: string): void {
    if (this.#closed) return;
    this.#connection.end({ kind: "refusal", reason: why });
    this.closed(why);
  }

  close(why: string): void {
    this.#connection.close(why);
  }

  #oursOffered(seat: Seat): void {
    const channel = this.#nextOurs++;
    this.#ours.set(seat.identity.group, { channel, seat, admittedOn: null });
  }

  #theirsOffered(identity: GroupIdentity): void {
    const channel = this.#nextTheirs++;
    this.#theirs.set(identity.group, { channel, identity, admittedOn: null, denied: null });
  }

  #joined(identity: GroupIdentity): void {
    const isTooMuch = this.#theirs.has(identity.group) || this.#theirs.size >= GROUPS_MAX;
    if (isTooMuch) throw malformed(`group ${identity.group} is one too many`);
    this.#theirsOffered(identity);
    this.#host.changed();
  }

  #withdraw(group: GroupId, why: string): void {
    const ours = this.#ours.get(group);
    if (ours === undefined) return;
    this.#connection.sendControl({ kind: "left", channel: ours.channel });
    this.#unbind(group, why);
    this.#ours.delete(group);
  }

  #left(channel: number): void {
    for (const [group, theirs] of this.#theirs) {
      if (theirs.channel !== channel) continue;
      this.#unbind(group, "the peer has left the group");
      this.#theirs.delete(group);
      const ours = this.#ours.get(group);
      if (ours !== undefined) ours.admittedOn = null;
      return this.#host.changed();
    }
    throw malformed(`channel ${channel} was left, which was not there`);
  }

  #judge(theirs: TheirOffer): void {
    const { identity } = theirs;
    const ours = this.#ours.get(identity.group);
    if (ours === undefined || theirs.admittedOn !== null) return;
    const refusal = ours.seat.refusal(identity, this.hello);
    if (refusal !== null) return this.#deny(theirs, refusal);
    ours.seat.bind(identity.self, this);
    theirs.admittedOn = ours.channel;
    theirs.denied = null;
    const [own, other] = [ours.channel, theirs.channel];
    this.#connection.sendControl({ kind: "admission", own, theirs: other });
    this.#raise(ours, theirs);
  }

  #deny(theirs: TheirOffer, reason: string): void {
    if (theirs.denied === reason) return;
    theirs.denied = reason;
    this.#connection.sendControl({ kind: "denial", theirs: theirs.channel, reason });
    const { group, self } = theirs.identity;
    const { troubles, log } = this.#host;
    if (!troubles.isNews(`${group}/${self}`, reason)) return;
    log.warn({ peer: self, group, why: reason }, "refused a peer");
  }

  #admitted(channel: number, ourChannel: number): void {
    const theirs = [...this.#theirs.values()].find((offer) => offer.channel === channel);
    if (theirs === undefined) throw malformed(`channel ${channel} admits, which is not there`);
    const ours = this.#ours.get(theirs.identity.group);
    // What was admitted may have left meanwhile.
    if (ours?.channel !== ourChannel) return;
    if (ours.admittedOn !== null) throw malformed(`channel ${channel} admits twice`);
    ours.admittedOn = channel;
    this.#raise(ours, theirs);
  }

  #denied(ourChannel: number, reason: string): void {
    for (const [group, { channel, seat }] of this.#ours) {
      const peer = this.#theirs.get(group)?.identity.self;
      if (channel === ourChannel && peer !== undefined) seat.trouble(peer, `refused: ${reason}`);
    }
  }

  #raise({ channel, seat, admittedOn }: OurOffer, theirs: TheirOffer): void {
    if (admittedOn !== theirs.channel || theirs.admittedOn !== channel) return;
    const peer = theirs.identity.self;
    this.#speakers.set(channel, { seat, peer });
    const route = { connection: this.#connection, channel: channelOf(theirs.channel) };
    seat.up(peer, route, this.hello.incarnation);
  }

  #unbind(group: GroupId, why: string): void {
    const [ours, theirs] = [this.#ours.get(group), this.#theirs.get(group)];
    if (ours === undefined || theirs?.admittedOn !== ours.channel) return;
    theirs.admittedOn = null;
    this.#speakers.delete(ours.channel);
    ours.seat.unbind(theirs.identity.self, why);
  }
}

function malformed(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed link: ${why}`);
}
