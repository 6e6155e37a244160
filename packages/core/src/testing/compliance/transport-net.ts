import type { NodeId } from "../../ids.ts";
import type { Transport } from "../../ports/transport.ts";
import { TransportMember, TransportWitness } from "./transport-member.ts";

/** One life of a process, as far as its transport goes. */
export interface TransportProcess {
  readonly transport: Transport;
  /** Where its peers find it. */
  readonly addresses: readonly string[];
  /** Ends it as a crash does, without a word to its groups; then its addresses can be used again. */
  kill(): Promise<void>;
}

/** A network of its own for one test. */
export interface TransportPlace {
  /** @param at - where a killed process was: this is its next life */
  start(at?: readonly string[]): Promise<TransportProcess>;
}

/** The processes of one test. */
export class TransportNet {
  readonly witness: TransportWitness = new TransportWitness();
  readonly #place: TransportPlace;
  #pauses = 0;

  constructor(place: TransportPlace) {
    this.#place = place;
  }

  async start(): Promise<TransportHost> {
    return new TransportHost(this.#place, this.witness, await this.#place.start());
  }

  /** Two processes with one member each of group g, linked. */
  async pair(): Promise<{
    p: TransportHost;
    q: TransportHost;
    a: TransportMember;
    b: TransportMember;
  }> {
    const [p, q] = [await this.start(), await this.start()];
    const a = p.join("g", "a", { b: q });
    const b = q.join("g", "b", { a: p });
    await Promise.all([a.linked("b"), b.linked("a")]);
    return { p, q, a, b };
  }

  /**
   * Lets time pass: as long as it takes two processes to link in another group and to talk there a
   * while. What would wrongly happen between them has happened then.
   */
  async pause(p?: TransportHost, q?: TransportHost): Promise<void> {
    const game = await this.pingPong(p ?? (await this.start()), q ?? (await this.start()));
    await game.rounds(5);
    game.leave();
  }

  async pingPong(p: TransportHost, q: TransportHost): Promise<PingPong> {
    const group = `pause ${++this.#pauses}`;
    const game = new PingPong(
      p.join(group, "ping", { pong: q }),
      q.join(group, "pong", { ping: p }),
    );
    await game.begin();
    return game;
  }
}

/** Two members that pass a frame to and fro. */
export class PingPong {
  readonly #ping: TransportMember;
  readonly #pong: TransportMember;

  constructor(ping: TransportMember, pong: TransportMember) {
    this.#ping = ping;
    this.#pong = pong;
    pong.onFrame = () => pong.send("ping");
  }

  async begin(): Promise<void> {
    await Promise.all([this.#ping.linked("pong"), this.#pong.linked("ping")]);
  }

  async rounds(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      const before = this.#ping.received("pong");
      this.#ping.send("pong");
      await this.#ping.until(() => this.#ping.received("pong") > before);
    }
  }

  leave(): void {
    this.#ping.leave();
    this.#pong.leave();
  }
}

/** A process and its next lives, at the same addresses. */
export class TransportHost {
  readonly #place: TransportPlace;
  readonly #witness: TransportWitness;
  #process: TransportProcess;

  constructor(place: TransportPlace, witness: TransportWitness, process: TransportProcess) {
    this.#place = place;
    this.#witness = witness;
    this.#process = process;
  }

  get transport(): Transport {
    return this.#process.transport;
  }

  /** How others know it as a member. */
  as(id: NodeId): ReadonlyMap<NodeId, readonly string[]> {
    return new Map([[id, this.#process.addresses]]);
  }

  /** @param peers - where they are; null: it is not known */
  join(
    group: string,
    self: NodeId,
    peers: Readonly<Record<NodeId, TransportHost | null>>,
    cluster: string = "c",
  ): TransportMember {
    const places = Object.entries(peers).map(
      ([id, host]) => [id, host?.as(id).get(id) ?? []] as const,
    );
    const identity = { group, cluster, self };
    return new TransportMember(this.#witness, this.transport, identity, new Map(places));
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async restart(): Promise<void> {
    this.#process = await this.#place.start(this.#process.addresses);
  }
}
