import { setImmediate as nextTurn } from "node:timers/promises";
import { formatSimTrace } from "@quorate/core/testing/sim";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { runJobs } from "./jobs.ts";
import { piecesOf, type SeedRange } from "./seed-range.ts";
import { seedResult, type SeedResult } from "./seed-result.ts";
import type { Simulated } from "./simulated.ts";
import { simulate } from "./simulator.ts";
import { SimulateOutput } from "./simulate-output.ts";
import { totalsOf } from "./totals.ts";

/** What was said on the command line. */
export interface SimulateRequest {
  readonly simulated: Simulated;
  readonly seeds: SeedRange;
  readonly jobs: number;
  readonly failFast: boolean;
  readonly trace: boolean;
  readonly json: boolean;
}

/** Few enough seeds that the jobs end together, enough to be worth starting a process for. */
const PIECES_PER_JOB = 6;

/** Runs the seeds, tells of each violation and of the sums. */
export async function runSimulate(request: SimulateRequest, terminal: Terminal): Promise<ExitCode> {
  const { simulated, seeds, jobs, json } = request;
  const count = seeds.last - seeds.first + 1;
  const output = new SimulateOutput(terminal, simulated, count, json);
  const results: SeedResult[] = [];
  /** Takes one result; false when no more are wanted. */
  const take = (result: SeedResult): boolean => {
    results.push(result);
    output.result(result);
    return !terminal.stop.aborted && !(request.failFast && result.violations.length > 0);
  };
  if (jobs === 1) await runHere(request, terminal, take);
  else {
    const pieces = piecesOf(seeds, Math.ceil(count / (jobs * PIECES_PER_JOB)));
    await runJobs({ pieces, jobs, self: terminal.self, simulated, stop: terminal.stop }, take);
  }
  const totals = totalsOf(results);
  output.totals(totals);
  if (totals.violations > 0) return EXIT.failed;
  return totals.seeds === count ? EXIT.ok : EXIT.interrupted;
}

async function runHere(
  { simulated, seeds, trace }: SimulateRequest,
  terminal: Terminal,
  take: (result: SeedResult) => boolean,
): Promise<void> {
  const onTrace = trace
    ? (...[line]: Parameters<typeof formatSimTrace>): void =>
        terminal.out.write(`${formatSimTrace(line)}\n`)
    : undefined;
  for (let seed = seeds.first; seed <= seeds.last; seed++) {
    if (!take(seedResult(await simulate(simulated, seed, onTrace)))) return;
    // Signals and output get their turn.
    await nextTurn();
  }
}
