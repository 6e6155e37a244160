import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { runMutant } from "./run-mutant.ts";

const DIRECTORY = new URL("./mutants/", import.meta.url).pathname;

/** Every run tries a few seeds; `npm run test:mutants` the 500 within which each must be found. */
const SEEDS = Number(process.env["QUORATE_MUTANT_SEEDS"] ?? 40);

test.each(readdirSync(DIRECTORY))(
  "%s is found by the default mix",
  (patch) => {
    const { seed, checker } = runMutant(`${DIRECTORY}${patch}`, 1, SEEDS);
    expect(seed, `not found in ${SEEDS} seeds`).not.toBeNull();
    expect(checker).not.toBe("exception");
  },
  600_000,
);
