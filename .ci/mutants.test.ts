import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { runMutant, type Simulated } from "./run-mutant.ts";
import { ROOT } from "./source-files.ts";

/** Every run tries a few seeds; `npm run test:mutants` the 500 within which each must be found. */
const SEEDS = Number(process.env["QUORATE_MUTANT_SEEDS"] ?? 60);

/** Rare ones, with a seed that shows each: a sample that is too small for them ends there. */
const SHOWN_BY: Readonly<Record<string, number>> = {
  "lock-given-without-a-quorum.patch": 381,
  "watch-loses-what-it-was-too-slow-for.patch": 90,
};

/** What is simulated, and where the patches are that put bugs into it. */
const MUTANTS: readonly (readonly [Simulated, string])[] = [
  ["raft", "packages/raft/test/sim/mutants"],
  ["zab", "packages/zab/test/sim/mutants"],
  ["etcd", "packages/kv/test/sim/mutants/etcd"],
  ["zookeeper", "packages/kv/test/sim/mutants/zookeeper"],
];

describe.each(MUTANTS)("a known bug put back into %s", (simulated, patches) => {
  const directory = resolve(ROOT, patches);

  test.each(readdirSync(directory))(
    "%s is found by the default mix",
    (patch) => {
      const last = Math.max(SEEDS, SHOWN_BY[patch] ?? 0);
      const first = last - SEEDS + 1;
      const { seed, checker } = runMutant(simulated, resolve(directory, patch), first, last);
      expect(seed, `not found in ${SEEDS} seeds`).not.toBeNull();
      expect(checker).not.toBe("exception");
    },
    600_000,
  );
});
