import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, wholeNumber, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { ANY_VERSION, VERSION_MAX } from "../zookeeper-client/requests.ts";
import { statJson, statText } from "../zookeeper-client/stat-text.ts";
import { withToldVersions } from "../zookeeper-client/told-versions.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

interface Options extends SessionOptions {
  readonly version: number;
  readonly stat: boolean;
}

/** `quorate zk set`: new data for a node. */
export function addZkSet(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("set")
    .summary("write a node's data")
    .description("Writes the data of a node. Without DATA, it is read from standard input.")
    .argument("<path>", "the node, such as /config/app")
    .argument("[data]", "its new data")
    .addOption(
      new Option("--version <n>", "only if its data has that version")
        .argParser(wholeNumber(0, VERSION_MAX))
        .default(ANY_VERSION, "any"),
    )
    .option("-s, --stat", "print its versions, times and zxids afterwards", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate zk set /config/app '{"size":3}'
  quorate zk set /config/app --version 4 < app.json
  quorate zk set /config/app new --auth digest:user:password --json`,
    )
    .action((path: string, data: string | undefined, options: Options) =>
      act(() => set(path, data, options, terminal)),
    );
  withSessionOptions(command);
}

async function set(
  path: string,
  data: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  checkPath(path);
  const { version } = options;
  const bytes = data === undefined ? await terminal.readInput() : Buffer.from(data);
  const stat = await withZooKeeper(options, (client) =>
    withToldVersions(client, { path, version, of: "version" }, () =>
      client.setData(path, bytes, version),
    ),
  );
  const { out } = terminal;
  if (options.json) {
    out.write(`${JSON.stringify({ path, stat: statJson(stat) })}\n`);
    return EXIT.ok;
  }
  out.write("OK\n");
  if (options.stat) out.write(statText(stat, out));
  return EXIT.ok;
}
