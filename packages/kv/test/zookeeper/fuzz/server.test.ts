import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { FIRST_SEED, REQUESTS, withSeed } from "../../etcd/fuzz/runs.ts";
import { mutateBytes } from "../../grpc/fuzz/mutations.ts";
import { must } from "../../etcd/fuzz/replica.ts";
import { create } from "../wire/operations.ts";
import { FuzzedServer } from "./fuzzed-server.ts";
import { FuzzingClient, WELL_FORMED, type KnownSession } from "./fuzzing-client.ts";
import { OperationGenerator } from "./operation-generator.ts";

/** Frames to one server: so many have to be sent again to see a failure again. */
const EPISODE = 2000;

const CLIENTS_MIN = 8;

const TIMEOUT_MILLIS = 120_000 + REQUESTS * 2;

/** Replies and events that a run of a few episodes must have seen, to have been worth the while. */
const SEEN = [
  "OK",
  "NONODE",
  "NODEEXISTS",
  "BADVERSION",
  "BADARGUMENTS",
  "NOAUTH",
  "INVALIDACL",
  "AUTHFAILED",
  "NOWATCHER",
  "NOCHILDRENFOREPHEMERALS",
  "MARSHALLINGERROR",
  "UNIMPLEMENTED",
  "THROTTLEDOP",
  "QUOTAEXCEEDED",
  "event 1",
  "event 2",
  "event 3",
  "event 4",
];

const QUOTA = "/zookeeper/quota/b";
const LIMITS = "count=-1,bytes=-1;byteHardLimit=300;countHardLimit=4";
const B_WITH_QUOTA = [
  create("/b"),
  create(QUOTA),
  create(`${QUOTA}/zookeeper_limits`, { data: LIMITS }),
  create(`${QUOTA}/zookeeper_stats`),
];

/** Far more than an episode takes, and far less than what would grow with each of them. */
const HEAP_BYTES_MAX = 1_500_000_000;

class Episode {
  readonly seen: Set<string>;
  readonly #prng: Prng;
  readonly #server = new FuzzedServer();
  readonly #operations: OperationGenerator;
  #clients: FuzzingClient[] = [];
  #sessions: KnownSession[] = [];
  /** One that behaves, whatever the others do. */
  #honest: FuzzingClient | null = null;

  constructor(seed: number, seen: Set<string>) {
    this.seen = seen;
    this.#prng = new Prng(seed);
    this.#operations = new OperationGenerator(this.#prng);
  }

  async run(frames: number): Promise<void> {
    const first = new FuzzingClient(this.#prng, this.#server.connect());
    first.greet(null);
    for (const operation of B_WITH_QUOTA) first.ask(operation);
    await this.#server.rest();
    for (let frame = 0; frame < frames; frame++) {
      this.#clients = this.#clients.filter(({ stream }) => !stream.isOver);
      while (this.#clients.length < CLIENTS_MIN) this.#join();
      this.#say(this.#prng.pick(this.#clients));
      if (this.#prng.chance(0.02)) this.#happen(this.#prng.pick(this.#clients));
      if (this.#prng.chance(0.3)) this.#server.turn(this.#prng);
      if (this.#prng.chance(0.02)) await this.#rest();
    }
    await this.#rest();
    await this.#server.end();
  }

  #say(client: FuzzingClient): void {
    const operation = this.#operations.any();
    const roll = this.#prng.below(100);
    if (roll < 1) client.desynchronize(operation);
    else if (roll < 20) client.askGarbled(operation);
    else if (roll < 50) client.askSpoilt(operation);
    else client.ask(operation);
  }

  /** What happens beside what clients say. */
  #happen(client: FuzzingClient): void {
    const prng = this.#prng;
    const roll = prng.below(100);
    if (roll < 15) client.stream.destroy();
    else if (roll < 30) client.stream.hangUp();
    else if (roll < 60) this.#server.pass(prng.pick([1, 500, 1000, 5000]));
    else if (roll < 63) this.#server.fail("ERR_LEADER_CHANGED");
    else if (roll < 65) this.#loseLeader();
    else this.#applyGarbled();
  }

  #join(): void {
    const prng = this.#prng;
    const client = new FuzzingClient(prng, this.#server.connect());
    this.#clients.push(client);
    const known = prng.chance(0.3) && this.#sessions.length > 0 ? prng.pick(this.#sessions) : null;
    const roll = prng.below(20);
    if (roll < 1) client.babble();
    else client.greet(known, roll < 3 ? 0.3 : 0);
  }

  /** What the log is given by a member that is broken. */
  #applyGarbled(): void {
    const command = this.#server.somethingProposed(this.#prng);
    if (command !== null) this.#server.applyAlso(mutateBytes(this.#prng, Buffer.from(command)));
  }

  #loseLeader(): void {
    const { log } = this.#server;
    log.become({ leader: null, isLeader: false });
    this.#server.fail("ERR_NO_LEADER");
    log.become({ leader: "a1", isLeader: true });
  }

  /** Everything that was asked is answered, and who behaves is served. */
  async #rest(): Promise<void> {
    await this.#server.rest();
    for (const client of this.#clients) {
      client.check(true);
      for (const error of client.errors) this.seen.add(error);
      for (const event of client.events) this.seen.add(`event ${event}`);
      const { session } = client;
      if (session !== null) this.#sessions = [...this.#sessions.slice(-20), session];
    }
    if (this.#honest === null || this.#honest.stream.isOver) {
      this.#honest = new FuzzingClient(this.#prng, this.#server.connect());
      this.#honest.greet(null);
    }
    this.#honest.ask(WELL_FORMED);
    await this.#server.rest();
    this.#honest.check(true);
    must(!this.#honest.stream.isOver, "who behaves is served");
    if (this.#prng.chance(0.2)) this.#server.compare();
  }
}

test(
  `${REQUESTS} frames of clients`,
  async () => {
    const seen = new Set<string>();
    for (let seed = FIRST_SEED, left = REQUESTS; left > 0; seed++, left -= EPISODE) {
      const frames = Math.min(left, EPISODE);
      try {
        await new Episode(seed, seen).run(frames);
        must(process.memoryUsage().heapUsed < HEAP_BYTES_MAX, "memory is bounded");
      } catch (error) {
        throw withSeed(seed, frames, error);
      }
    }
    expect([...seen], "what a run has seen").toEqual(expect.arrayContaining(SEEN));
  },
  TIMEOUT_MILLIS,
);
