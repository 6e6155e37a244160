import { Prng, type NodeId, type QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { must } from "../../etcd/fuzz/replica.ts";
import { FIRST_SEED, REQUESTS, withSeed } from "../../etcd/fuzz/runs.ts";
import { mutateBytes } from "../../grpc/fuzz/mutations.ts";
import { DeafMember } from "./deaf-member.ts";
import { FuzzedEnsemble, IDS } from "./fuzzed-ensemble.ts";
import { FuzzingClient, WELL_FORMED } from "./fuzzing-client.ts";
import { OperationGenerator } from "./operation-generator.ts";

/** Frames that are made of what one ensemble says. */
const EPISODE = 4000;
const TIMEOUT_MILLIS = 120_000 + REQUESTS * 2;
const HEAP_BYTES_MAX = 1_500_000_000;

const ROUNDS = 60;
const ROUND_MILLIS = 200;

/** Longer than an election, and than it takes to bring a member up to date. */
const RECOVERY_MILLIS = 20_000;

/** What members say to each other while clients write, links break and one of them falls behind. */
class Traffic {
  readonly ensemble: FuzzedEnsemble;
  readonly #prng: Prng;
  readonly #operations: OperationGenerator;
  #clients: FuzzingClient[] = [];

  constructor(prng: Prng) {
    this.#prng = prng;
    this.#operations = new OperationGenerator(prng);
    this.ensemble = new FuzzedEnsemble(prng);
    this.ensemble.pass(RECOVERY_MILLIS);
  }

  round(): void {
    const prng = this.#prng;
    this.#clients = this.#clients.filter(({ stream }) => !stream.isOver);
    if (this.#clients.length < 4) {
      this.#clients.push(this.#client(prng.pick(IDS)));
    }
    for (const client of this.#clients) client.ask(this.#operations.harmless());
    if (prng.chance(0.03)) this.ensemble.breakLinks();
    if (prng.chance(0.05)) this.ensemble.isolate(4000);
    this.ensemble.pass(ROUND_MILLIS);
  }

  /** A client of each member is served. */
  checkServes(): void {
    this.ensemble.pass(RECOVERY_MILLIS);
    for (const id of IDS) {
      const client = this.#client(id);
      client.ask(WELL_FORMED);
      // Less than the session lasts.
      this.ensemble.pass(2000);
      client.check(true);
      must(!client.stream.isOver, `a client of member ${id} is served`);
    }
  }

  #client(id: NodeId): FuzzingClient {
    const client = new FuzzingClient(this.#prng, this.ensemble.connect(id));
    client.stream.isReading = true;
    client.greet(null);
    return client;
  }
}

function framesOf(seed: number): readonly Uint8Array[] {
  const traffic = new Traffic(new Prng(seed));
  const frames: Uint8Array[] = [];
  traffic.ensemble.spoiler = (_to, frame) => {
    frames.push(frame);
    return frame;
  };
  for (let round = 0; round < ROUNDS; round++) traffic.round();
  return frames;
}

function spoil(prng: Prng, frame: Uint8Array): Uint8Array {
  return Uint8Array.from(mutateBytes(prng, Buffer.from(frame)));
}

/** Of a session's touches: kind, id, and no births. */
const QUESTION = Uint8Array.of(4, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0, 0);

/** Kinds that a run must have had: snapshots, asks and answers, and most of what ZAB says. */
const KINDS = [
  ...[1, 2, 3, 4, 5].map((kind) => `frame ${kind}`),
  ...[0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 20, 21].map(
    (kind) => `message ${kind}`,
  ),
];

/** The kinds of frames of a driver, and those of ZAB's messages among them. */
function kindOf(frame: Uint8Array): string {
  return frame[0] === 0 ? `message ${frame[1]}` : `frame ${frame[0]}`;
}

test(
  `${REQUESTS} frames of peers, to a member that believes nothing`,
  () => {
    const kinds = new Set<string>();
    let refused = 0;
    for (let seed = FIRST_SEED, left = REQUESTS; left > 0; seed++, left -= EPISODE) {
      const frames = Math.min(left, EPISODE);
      try {
        const prng = new Prng(seed);
        const corpus = framesOf(seed);
        for (const frame of corpus) kinds.add(kindOf(frame));
        const member = new DeafMember();
        for (let i = 0; i < frames; i++) {
          if (member.refuses(spoil(prng, prng.pick(corpus)))) refused++;
          if (i % 100 === 0) member.check(QUESTION);
        }
        must(process.memoryUsage().heapUsed < HEAP_BYTES_MAX, "memory is bounded");
      } catch (error) {
        throw withSeed(seed, frames, error);
      }
    }
    expect([...kinds], "what was spoilt").toEqual(expect.arrayContaining(KINDS));
    expect(refused).toBeGreaterThan(REQUESTS / 10);
  },
  TIMEOUT_MILLIS,
);

/** Rounds of traffic with frames that were spoilt; each costs more than the frame itself. */
const ENSEMBLES = Math.max(4, Math.ceil(REQUESTS / 5000));

/** What one member hears is spoilt now and then, if the test wants it so. */
function runEnsemble(seed: number, mayDeliver: (frame: Uint8Array) => boolean): Traffic {
  const prng = new Prng(seed);
  const traffic = new Traffic(prng);
  const { ensemble } = traffic;
  ensemble.spoiler = (to, frame) => {
    if (to !== ensemble.victim || !prng.chance(0.05)) return frame;
    const spoilt = spoil(prng, frame);
    if (!mayDeliver(spoilt)) return frame;
    ensemble.spoilt++;
    return spoilt;
  };
  for (let round = 0; round < ROUNDS && ensemble.fatal.length === 0; round++) traffic.round();
  ensemble.spoiler = null;
  return traffic;
}

describe(`${ENSEMBLES} ensembles of which one member hears`, () => {
  test(
    "what makes no sense: everybody goes on",
    () => {
      let spoilt = 0;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + ENSEMBLES; seed++) {
        try {
          const codecs = new DeafMember();
          const traffic = runEnsemble(seed, (frame) => codecs.refuses(frame));
          must(traffic.ensemble.fatal.length === 0, `none stops: ${whyOf(traffic)}`);
          traffic.checkServes();
          must(traffic.ensemble.fatal.length === 0, `none stops later: ${whyOf(traffic)}`);
          spoilt += traffic.ensemble.spoilt;
        } catch (error) {
          throw withSeed(seed, 5000, error);
        }
      }
      expect(spoilt).toBeGreaterThan(ENSEMBLES * 10);
    },
    TIMEOUT_MILLIS,
  );

  // A peer that lies can break what a protocol for honest members promises; a member stops then.
  test(
    "what is not true: who finds out stops and says so",
    () => {
      const reasons = new Set<string>();
      for (let seed = FIRST_SEED; seed < FIRST_SEED + ENSEMBLES; seed++) {
        try {
          const { ensemble } = runEnsemble(seed, () => true);
          ensemble.pass(RECOVERY_MILLIS);
          for (const { code } of ensemble.fatal) reasons.add(code);
          must(process.memoryUsage().heapUsed < HEAP_BYTES_MAX, "memory is bounded");
        } catch (error) {
          throw withSeed(seed, 5000, error);
        }
      }
      // A promise of the protocol was broken, or a snapshot is none.
      for (const reason of reasons) expect(["ERR_INVARIANT", "ERR_MALFORMED"]).toContain(reason);
    },
    TIMEOUT_MILLIS,
  );
});

function whyOf({ ensemble }: Traffic): string {
  return ensemble.fatal.map((error: QuorateError) => error.stack).join();
}
