import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { SeedRange } from "./seed-range.ts";
import { readSeedResult, type SeedResult } from "./seed-result.ts";
import { flagOf, type Simulated } from "./simulated.ts";

/** Work for several processes. */
export interface Jobs {
  readonly pieces: readonly SeedRange[];
  readonly jobs: number;
  /** How to start this program. */
  readonly self: readonly string[];
  readonly simulated: Simulated;
  readonly stop: AbortSignal;
}

/**
 * Runs the pieces in processes of their own, so many at a time, until they are done or `take` wants
 * no more.
 *
 * @throws `CliError` (internal) when a process ends without having done its piece
 */
export async function runJobs(work: Jobs, take: (result: SeedResult) => boolean): Promise<void> {
  const enough = new AbortController();
  const signal = AbortSignal.any([work.stop, enough.signal]);
  const waiting = [...work.pieces];
  const runNext = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece && !signal.aborted; piece = waiting.shift()) {
      await runPiece(work, piece, signal, (result) => {
        if (!signal.aborted && !take(result)) enough.abort();
      });
    }
  };
  await Promise.all(Array.from({ length: work.jobs }, runNext));
}

function runPiece(
  { self, simulated }: Jobs,
  { first, last }: SeedRange,
  signal: AbortSignal,
  take: (result: SeedResult) => void,
): Promise<void> {
  const [program = "", ...args] = self;
  const child = spawn(
    program,
    [...args, "simulate", ...flagOf(simulated), "--seeds", `${first}..${last}`, "--json"],
    { stdio: ["ignore", "pipe", "inherit"], signal, killSignal: "SIGKILL" },
  );
  let left = last - first + 1;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const result = readSeedResult(line);
    if (!result) return;
    left--;
    take(result);
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => (signal.aborted ? undefined : reject(error)));
    child.once("close", (code) => {
      if (left === 0 || signal.aborted) resolve();
      else
        reject(
          new CliError(
            EXIT.internal,
            `the job for the seeds ${first}..${last} ended with ${code} before its end`,
          ),
        );
    });
  });
}
