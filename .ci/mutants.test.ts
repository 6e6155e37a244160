import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { runMutant, type SimulatedPackage } from "./run-mutant.ts";
import { ROOT } from "./source-files.ts";

/** Every run tries a few seeds; `npm run test:mutants` the 500 within which each must be found. */
const SEEDS = Number(process.env["QUORATE_MUTANT_SEEDS"] ?? 60);

const PROTOCOLS: readonly SimulatedPackage[] = ["raft", "zab"];

describe.each(PROTOCOLS)("a known bug put back into %s", (protocol) => {
  const directory = resolve(ROOT, "packages", protocol, "test/sim/mutants");

  test.each(readdirSync(directory))(
    "%s is found by the default mix",
    (patch) => {
      const { seed, checker } = runMutant(protocol, resolve(directory, patch), 1, SEEDS);
      expect(seed, `not found in ${SEEDS} seeds`).not.toBeNull();
      expect(checker).not.toBe("exception");
    },
    600_000,
  );
});
