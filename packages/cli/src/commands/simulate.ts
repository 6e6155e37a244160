import { Option, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { wholeNumber, withCommonOptions, type CommonOptions } from "../command-options.ts";
import { EXIT } from "../exit-codes.ts";
import { parseSeedRange, SEED_MAX, type SeedRange } from "../simulate/seed-range.ts";
import { PROTOCOLS, SERVICES, type Simulated } from "../simulate/simulated.ts";

interface Options extends CommonOptions {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly service?: (typeof SERVICES)[number];
  readonly seeds?: SeedRange;
  readonly seed?: number;
  readonly jobs: number;
  readonly failFast: boolean;
  readonly trace: boolean;
}

const JOBS_MAX = 64;
const DEFAULT_SEEDS: SeedRange = { first: 1, last: 100 };

/** `quorate simulate`: a protocol or a service under faults, in virtual time. */
export function addSimulate(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("simulate")
    .summary("run a protocol or a service under faults in virtual time")
    .description(
      "Runs whole clusters in virtual time, with crashes, partitions, lost messages and failing disks. Of a\n" +
        "protocol it checks every invariant after every step; of a service what its clients were told. One\n" +
        "seed is one run, the same on every machine.",
    )
    .addOption(new Option("--protocol <name>", "which protocol").choices(PROTOCOLS).default("raft"))
    .addOption(
      new Option("--service <name>", "which service, with its clients, instead of a protocol alone")
        .choices(SERVICES)
        .conflicts("protocol"),
    )
    .addOption(
      new Option("--seeds <range>", "which seeds, as A..B (default: 1..100)").argParser(
        parseSeedRange,
      ),
    )
    .addOption(
      new Option("--seed <n>", "one seed, to replay it")
        .argParser(wholeNumber(0, SEED_MAX))
        .conflicts("seeds"),
    )
    .addOption(
      new Option("--jobs <n>", "processes to share the work")
        .argParser(wholeNumber(1, JOBS_MAX))
        .default(1),
    )
    .option("--trace", "print everything that happens, with --seed", false)
    .option("--fail-fast", "stop after the first seed with a violation", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate simulate --protocol raft --seeds 1..500
  quorate simulate --protocol zab --seeds 1..5000 --jobs 4 --json
  quorate simulate --service etcd --seeds 1..100
  quorate simulate --protocol raft --seed 17 --trace`,
    )
    .action((options: Options) =>
      act(async () => {
        const { protocol, service, jobs, failFast, trace, json, seed } = options;
        if (trace && (seed === undefined || json)) {
          throw new CliError(
            EXIT.usage,
            "--trace prints one seed as text: give --seed N, and no --json",
          );
        }
        const one = seed === undefined ? null : { first: seed, last: seed };
        const seeds = one ?? options.seeds ?? DEFAULT_SEEDS;
        const simulated: Simulated =
          service === undefined
            ? { kind: "protocol", name: protocol }
            : { kind: "service", name: service };
        const { runSimulate } = await import("../simulate/run-simulate.ts");
        return runSimulate({ simulated, seeds, jobs, failFast, trace, json }, terminal);
      }),
    );
  withCommonOptions(command);
}
