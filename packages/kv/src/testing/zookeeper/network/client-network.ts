import type { NodeId, Prng } from "@quorate/core";
import type { ClientProcess } from "../../clients/client-process.ts";
import type { ZooKeeperCluster, ZooKeeperMember } from "../zookeeper-cluster.ts";
import { ClientLink, type LinkListener } from "./client-link.ts";

/** Who dials. */
export interface Caller {
  readonly name: string;
  readonly process: ClientProcess;
}

/** What is between clients and members; it is cut, and broken, apart from what is between members. */
export class ClientNetwork {
  readonly #cluster: ZooKeeperCluster;
  readonly #prng: Prng;
  readonly #links = new Map<ClientLink, { readonly caller: string; readonly member: NodeId }>();
  readonly #cuts = new Set<string>();
  #ports = 0;

  constructor(cluster: ZooKeeperCluster, prng: Prng) {
    this.#cluster = cluster;
    this.#prng = prng;
  }

  /** @param onHeard - the member's process has got bytes of the client's */
  dial(
    { name, process }: Caller,
    member: ZooKeeperMember,
    listener: LinkListener,
    onHeard: () => void,
  ): ClientLink {
    const cluster = this.#cluster;
    const prng = this.#prng;
    const link: ClientLink = new ClientLink(
      {
        address: { host: name, port: ++this.#ports },
        now: () => cluster.ensemble.now,
        after: (millis, run) => void cluster.after(millis, run),
        delayMillis: () => cluster.delayMillis(prng),
        isCut: () => this.#cuts.has(way(name, member.id)),
        admit: (stream) => member.admit(stream),
        enterClient: (run) => process.enter(run),
        onHeard,
        chance: (probability) => prng.chance(probability),
        below: (bound) => prng.below(bound),
        onGone: () => this.#links.delete(link),
      },
      listener,
    );
    this.#links.set(link, { caller: name, member: member.id });
    return link;
  }

  /** Nothing gets from one to the other any more, in either direction; nobody is told. */
  cut(caller: string, member: NodeId): void {
    this.#cluster.journal.note(caller, "cut", `from ${member}`);
    this.#cuts.add(way(caller, member));
  }

  join(caller: string, member: NodeId): void {
    if (!this.#cuts.delete(way(caller, member))) return;
    this.#cluster.journal.note(caller, "joined", `with ${member}`);
    for (const [link, ends] of this.#links) {
      if (ends.caller === caller && ends.member === member) link.flow();
    }
  }

  /** The client's connections break, and both sides are told. */
  break(caller: string): void {
    this.#cluster.journal.note(caller, "breaks");
    for (const [link, ends] of this.#links) if (ends.caller === caller) link.break();
  }
}

function way(caller: string, member: NodeId): string {
  return `${caller} ${member}`;
}
