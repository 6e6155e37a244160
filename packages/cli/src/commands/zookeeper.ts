import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../server/settings.ts";

interface Options {
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

/** `quorate zookeeper`: a server of an ensemble, from its own files. */
export function addZooKeeper(program: Command, { terminal, act }: CommandContext): void {
  program
    .command("zookeeper")
    .summary("run one server of a ZooKeeper ensemble, from its zoo.cfg")
    .description(
      "Runs one server until it is stopped by SIGINT or SIGTERM, from the zoo.cfg and the myid that\n" +
        "ZooKeeper would be started with. Keys that are not acted on are named in a warning; those that\n" +
        "it would be dangerous to ignore are refused. Quorate's own files go into dataDir/quorate.",
    )
    .argument("<zoo.cfg>", "the server's configuration file")
    .addOption(new Option("--log-level <level>").choices(LOG_LEVELS).default("info"))
    .addOption(
      new Option("--log-format <format>", "(default: console on a terminal, else json)").choices(
        LOG_FORMATS,
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate zookeeper /etc/zookeeper/conf/zoo.cfg
  quorate dev --zookeeper                         three servers on this machine
  quorate server --zookeeper-config zoo.cfg …     etcd's and ZooKeeper's clients in one process`,
    )
    .action((path: string, options: Options) =>
      act(async () => {
        const { runZooKeeper } = await import("../zookeeper/run-zookeeper.ts");
        const { logLevel, logFormat = null } = options;
        return runZooKeeper({ path, logLevel, logFormat }, terminal);
      }),
    );
}
