import type { NodeId } from "@quorate/core";
import { createConnection, type Socket } from "node:net";
import type { Hello } from "./control.ts";
import { Handshake, type HandshakeEnd, type HandshakeHost } from "./handshake.ts";
import { parsePeerUrl } from "./peer-url.ts";
import type { Seat } from "./seat.ts";

/** A peer of a group that waits for its link. */
export interface Waiting {
  readonly seat: Seat;
  readonly peer: NodeId;
}

/** A place where peers are, and who of them waits for a link. */
export interface Destination {
  readonly addresses: readonly string[];
  readonly waiting: readonly Waiting[];
}

/** What is done about a destination. */
type Effort =
  /** Nobody waits. */
  | { readonly kind: "none" }
  | { readonly kind: "pause"; readonly timer: NodeJS.Timeout }
  | { readonly kind: "attempt"; readonly handshake: Handshake }
  /** Between two efforts, within a call. */
  | { readonly kind: "due" };

interface Target {
  destination: Destination;
  effort: Effort;
  failures: number;
}

/** Dials where peers wait for a link, one attempt at a time for each place, and again until nobody waits. */
export class Dialler {
  readonly #host: HandshakeHost;
  readonly #random: () => number;
  readonly #targets = new Map<string, Target>();

  constructor(host: HandshakeHost, random: () => number) {
    this.#host = host;
    this.#random = random;
  }

  /** Replaces the destinations. A new one is dialled at once, one whose link was lost a little later. */
  aim(destinations: ReadonlyMap<string, Destination>): void {
    for (const [place, target] of this.#targets) {
      if (destinations.has(place)) continue;
      this.#rest(target);
      this.#targets.delete(place);
    }
    for (const [place, destination] of destinations) this.#aimAt(place, destination);
  }

  close(): void {
    this.aim(new Map());
  }

  #aimAt(place: string, destination: Destination): void {
    const isWanted = destination.waiting.length > 0;
    const target = this.#targets.get(place);
    if (target === undefined) {
      const fresh: Target = { destination, effort: { kind: "none" }, failures: 0 };
      this.#targets.set(place, fresh);
      if (isWanted) this.#dial(fresh);
      return;
    }
    target.destination = destination;
    if (!isWanted) this.#rest(target);
    else if (target.effort.kind === "none") this.#pause(target);
  }

  /** Nobody waits any more. */
  #rest(target: Target): void {
    const { effort } = target;
    if (effort.kind === "pause") clearTimeout(effort.timer);
    target.effort = { kind: "none" };
    target.failures = 0;
    if (effort.kind === "attempt") effort.handshake.abandon();
  }

  #pause(target: Target): void {
    const { redialMillisMin, redialMillisMax } = this.#host.limits;
    const millis = Math.min(redialMillisMin * 2 ** target.failures, redialMillisMax);
    target.failures++;
    const timer = setTimeout(() => this.#dial(target), millis * (0.5 + this.#random() / 2));
    target.effort = { kind: "pause", timer };
  }

  #dial(target: Target): void {
    const { addresses } = target.destination;
    const url = addresses[target.failures % addresses.length];
    if (url === undefined) return;
    target.effort = { kind: "due" };
    let socket: Socket;
    try {
      socket = createConnection(parsePeerUrl(url));
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return this.#over(target, url, { kind: "failed", why });
    }
    const handshake = new Handshake(socket, "dialler", this.#host, {
      introduced: (hello) => tellWhoIsMissing(target.destination, url, hello),
      over: (end) => this.#over(target, url, end),
    });
    target.effort = { kind: "attempt", handshake };
  }

  #over(target: Target, url: string, end: HandshakeEnd): void {
    switch (end.kind) {
      case "linked":
      case "duplicate":
        // Whoever still waits then was not among the groups of that process.
        return this.#pause(target);
      case "refused":
      case "failed":
      case "vanished":
        for (const { seat, peer } of target.destination.waiting) {
          seat.trouble(peer, `${url}: ${end.why}`);
        }
        return this.#pause(target);
    }
  }
}

/** Peers that are not where they should be: another member answers there, or none of their group. */
function tellWhoIsMissing({ waiting }: Destination, url: string, hello: Hello): void {
  for (const { seat, peer } of waiting) {
    const { group } = seat.identity;
    const found = hello.groups.find((identity) => identity.group === group);
    if (found === undefined) seat.trouble(peer, `${url}: no group ${group} there`);
    else if (found.self !== peer)
      seat.trouble(peer, `${url}: ${found.self} answers there, not ${peer}`);
  }
}
