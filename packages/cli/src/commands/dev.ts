import { InvalidArgumentError, Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { wholeNumber, withCommonOptions, type CommonOptions } from "../command-options.ts";

interface Options extends CommonOptions {
  readonly members?: number;
  readonly clientPort?: number;
  readonly dataDir: string;
  readonly restart: boolean;
  readonly zookeeper: boolean;
}

/** The highest first port that leaves room for the members' own and their peer ports. */
const CLIENT_PORT_MAX = 65_000;

/** `quorate dev`: a whole cluster on this machine. */
export function addDev(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("dev")
    .summary("run a cluster on this machine, each member its own process")
    .description(
      "Runs a cluster on this machine, each member its own process, and prints how to reach it.\n" +
        "A member that is killed is started again after two seconds; one that ends by itself stays down.\n" +
        "DIR/dev.json holds the ports and process ids, DIR/m1.log the log of m1, DIR/m1 its data.",
    )
    .addOption(new Option("--members <n>", "1, 3, 5 or 7 (default: 3)").argParser(clusterSize))
    .option(
      "--data-dir <dir>",
      "where the data is kept; a later start goes on with it",
      "quorate-data",
    )
    .addOption(
      new Option(
        "--client-port <port>",
        "clients' port of the first member; the others follow, peers use +100 (default: 2379, with --zookeeper 2181, or the next free)",
      ).argParser(wholeNumber(1, CLIENT_PORT_MAX)),
    )
    .option("--zookeeper", "an ensemble for ZooKeeper's clients instead of etcd's", false)
    .option("--no-restart", "leave a member down that was killed")
    .addHelpText(
      "after",
      `
Examples:
  quorate dev                                three members on ports 2379 to 2381
  quorate dev --members 5 --data-dir /tmp/q  five, with their data in /tmp/q
  quorate dev --zookeeper --data-dir /tmp/z  three ZooKeeper servers on ports 2181 to 2183
  quorate dev --client-port 4000 --json      for scripts: one JSON object per event`,
    )
    .action((options: Options) =>
      act(async () => {
        const { runDev } = await import("../dev/run-dev.ts");
        const { members = null, clientPort = null, dataDir, restart, json } = options;
        const service = options.zookeeper ? "zookeeper" : "etcd";
        return runDev({ service, members, clientPort, dataDir, restart, json }, terminal);
      }),
    );
  withCommonOptions(command);
}

function clusterSize(text: string): number {
  if (/^[1357]$/.test(text)) return Number(text);
  throw new InvalidArgumentError(
    "it must be 1, 3, 5 or 7: an even member adds cost but no safety.",
  );
}
