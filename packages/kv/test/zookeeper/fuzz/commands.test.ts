import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { must } from "../../etcd/fuzz/replica.ts";
import { FIRST_SEED, REQUESTS, withSeed } from "../../etcd/fuzz/runs.ts";
import { mutateBytes } from "../../grpc/fuzz/mutations.ts";
import { FuzzedServer } from "./fuzzed-server.ts";
import { FuzzingClient, WELL_FORMED } from "./fuzzing-client.ts";
import { OperationGenerator } from "./operation-generator.ts";

/** Commands to one machine: so many have to be applied again to see a failure again. */
const EPISODE = 2000;

/** What is made of one command. */
const VARIANTS = 10;

/** What comes of them; that some are done shows that not all are refused at first sight. */
const SEEN = [
  "MARSHALLINGERROR",
  "attached",
  "created",
  "changed",
  "deleted",
  "NONODE",
  "NODEEXISTS",
];

const CLIENTS = 4;
const TIMEOUT_MILLIS = 120_000 + REQUESTS * 2;
const HEAP_BYTES_MAX = 1_500_000_000;

/** The log holds, beside what its server proposes, that same thing with bytes that are wrong. */
async function runEpisode(seed: number, commands: number, seen: Set<string>): Promise<void> {
  const prng = new Prng(seed);
  const operations = new OperationGenerator(prng);
  const server = new FuzzedServer();
  let clients: FuzzingClient[] = [];
  for (let applied = 0; applied < commands;) {
    clients = clients.filter(({ stream }) => !stream.isOver);
    while (clients.length < CLIENTS) {
      const client = new FuzzingClient(prng, server.connect());
      client.greet(null);
      clients.push(client);
    }
    for (const client of clients) client.ask(operations.harmless());
    const command = server.somethingProposed(prng);
    if (command !== null) {
      const bytes = Buffer.from(command);
      for (let i = 0; i < VARIANTS; i++) seen.add(server.applyAlso(mutateBytes(prng, bytes)));
      applied += VARIANTS;
    }
    server.turn(prng);
    if (!prng.chance(0.02)) continue;
    await server.rest();
    for (const client of clients) client.check(true);
    server.compare();
  }
  const last = new FuzzingClient(prng, server.connect());
  last.greet(null);
  last.ask(WELL_FORMED);
  await server.rest();
  last.check(true);
  must(!last.stream.isOver, "who comes behind it is served");
  await server.end();
}

test(
  `${REQUESTS} commands, which no member need have proposed`,
  async () => {
    const seen = new Set<string>();
    for (let seed = FIRST_SEED, left = REQUESTS; left > 0; seed++, left -= EPISODE) {
      const commands = Math.min(left, EPISODE);
      try {
        await runEpisode(seed, commands, seen);
        must(process.memoryUsage().heapUsed < HEAP_BYTES_MAX, "memory is bounded");
      } catch (error) {
        throw withSeed(seed, commands, error);
      }
    }
    expect([...seen], "what a run has seen").toEqual(expect.arrayContaining(SEEN));
  },
  TIMEOUT_MILLIS,
);
