import { InvalidArgumentError, Option, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { wholeNumber, withCommonOptions, type CommonOptions } from "../command-options.ts";
import { DEV_SERVICES, type DevServiceName } from "../dev/dev-service-name.ts";
import { EXIT } from "../exit-codes.ts";

interface Options extends CommonOptions {
  readonly members?: number;
  readonly clientPort?: readonly number[];
  readonly dataDir: string;
  readonly restart: boolean;
  readonly with: readonly DevServiceName[];
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
        "--with <services>",
        "whose clients to serve: etcd, zookeeper, or etcd,zookeeper, each by a group of its own",
      )
        .argParser(serviceList)
        .default(["etcd"], "etcd"),
    )
    .addOption(
      new Option("--zookeeper", "the same as --with zookeeper").default(false).conflicts("with"),
    )
    .addOption(
      new Option(
        "--client-port <port>",
        "clients' port of the first member, or one for each service; the others follow, peers use +100 (default: etcd 2379, zookeeper 2181, or the next free)",
      ).argParser(portList),
    )
    .option("--no-restart", "leave a member down that was killed")
    .addHelpText(
      "after",
      `
Examples:
  quorate dev                                three members on ports 2379 to 2381
  quorate dev --members 5 --data-dir /tmp/q  five, with their data in /tmp/q
  quorate dev --with zookeeper               three ZooKeeper servers on ports 2181 to 2183
  quorate dev --with etcd,zookeeper          three members for both kinds of clients, on both
  quorate dev --client-port 4000 --json      for scripts: one JSON object per event`,
    )
    .action((options: Options) =>
      act(async () => {
        const { members = null, clientPort = null, dataDir, restart, json } = options;
        const services = options.zookeeper ? (["zookeeper"] as const) : options.with;
        if (clientPort !== null && clientPort.length !== services.length) {
          const ports = services.length === 1 ? "one port" : `${services.length} ports, as P,Q`;
          throw new CliError(
            EXIT.usage,
            `--client-port: give ${ports} for --with ${services.join(",")}`,
          );
        }
        const { runDev } = await import("../dev/run-dev.ts");
        return runDev(
          { services, members, clientPorts: clientPort, dataDir, restart, json },
          terminal,
        );
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

function serviceList(text: string): readonly DevServiceName[] {
  const names = text.split(",").map((name) => DEV_SERVICES.find((each) => each === name.trim()));
  const known = names.filter((name) => name !== undefined);
  if (known.length === names.length && new Set(known).size === known.length) return known;
  throw new InvalidArgumentError("it must be etcd, zookeeper, or both with a comma between them.");
}

function portList(text: string): readonly number[] {
  return text.split(",").map(wholeNumber(1, CLIENT_PORT_MAX));
}
