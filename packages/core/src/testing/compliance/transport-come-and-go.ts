import type { NodeId } from "../../ids.ts";
import type { Prng } from "../../prng.ts";
import type { TransportMember } from "./transport-member.ts";
import type { TransportHost, TransportNet } from "./transport-net.ts";

const STEPS = 80;
const GROUPS: readonly (readonly [group: string, members: readonly NodeId[]])[] = [
  ["g", ["a", "b", "c"]],
  ["h", ["3", "2", "1"]],
];

/** Three processes with two groups: kills, leaves and new peers at random; in the end all are linked. */
export async function comeAndGo(net: TransportNet, prng: Prng): Promise<void> {
  const hosts = [await net.start(), await net.start(), await net.start()];
  const seats = hosts.flatMap((host, place) =>
    GROUPS.map(([group, ids]) => new Seat(host, group, place, ids, hosts)),
  );
  const bystanders = await net.pingPong(await net.start(), await net.start());
  for (let step = 0; step < STEPS; step++) {
    const seat = prng.pick(seats);
    const dice = prng.below(20);
    if (dice === 0) {
      await seat.host.kill();
      await seat.host.restart();
      for (const each of seats) if (each.host === seat.host) each.join();
    } else if (dice < 4) seat.rejoin();
    else if (dice < 7) seat.forget(prng.pick(seat.others));
    else if (dice < 9) seat.know();
    else seat.member.send(prng.pick(seat.others), prng.below(20), prng.below(3000));
    if (prng.chance(0.5)) await bystanders.rounds(prng.below(5));
  }
  for (const seat of seats) seat.know();
  // Each says something on every new link: what is linked for good has heard it from all others.
  for (;;) {
    const waiting = seats.find((seat) => !seat.hasHeardAll());
    if (waiting === undefined) return;
    await waiting.member.until(() => waiting.hasHeardAll());
  }
}

/** A member that comes and goes, in its place among three. */
class Seat {
  readonly host: TransportHost;
  readonly others: readonly NodeId[];
  member: TransportMember;
  readonly #group: string;
  readonly #self: NodeId;
  readonly #peers: ReadonlyMap<NodeId, TransportHost>;

  constructor(
    host: TransportHost,
    group: string,
    place: number,
    ids: readonly NodeId[],
    hosts: readonly TransportHost[],
  ) {
    this.host = host;
    this.#group = group;
    this.#self = ids[place] ?? "";
    this.#peers = new Map(
      hosts.flatMap((at, i) => (i === place ? [] : [[ids[i] ?? "", at] as const])),
    );
    this.others = [...this.#peers.keys()];
    this.member = this.join();
  }

  join(): TransportMember {
    this.member = this.host.join(this.#group, this.#self, Object.fromEntries(this.#peers));
    this.member.onUp = (peer) => this.member.send(peer);
    return this.member;
  }

  rejoin(): void {
    this.member.leave();
    this.join();
  }

  forget(peer: NodeId): void {
    this.member.setPeers(
      new Map([...this.#peers].flatMap(([id, host]) => (id === peer ? [] : [...host.as(id)]))),
    );
  }

  know(): void {
    this.member.setPeers(new Map([...this.#peers].flatMap(([id, host]) => [...host.as(id)])));
  }

  hasHeardAll(): boolean {
    return this.others.every((peer) => this.member.received(peer) > 0);
  }
}
