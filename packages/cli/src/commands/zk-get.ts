import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { bytesField } from "../keys/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { statJson, statText } from "../zookeeper-client/stat-text.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

interface Options extends SessionOptions {
  readonly stat: boolean;
}

/** `quorate zk get`: the data of a node. */
export function addZkGet(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("get")
    .summary("read a node")
    .description(
      "Prints the data of a node, as it is, and a newline; nothing for a node whose data is null.\n" +
        "The server answers with what it has, which may be behind the leader.",
    )
    .argument("<path>", "the node, such as /config/app")
    .option("-s, --stat", "print its versions, times and zxids too", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate zk get /config/app
  quorate zk get -s /controller --endpoints zoo1:2181,zoo2:2181
  quorate zk get /config/app --json`,
    )
    .action((path: string, options: Options) => act(() => get(path, options, terminal)));
  withSessionOptions(command);
}

async function get(path: string, options: Options, { out }: Terminal): Promise<ExitCode> {
  checkPath(path);
  const { data, stat } = await withZooKeeper(options, (client) => client.getData(path));
  if (options.json) {
    const content = data === null ? { data: null } : bytesField("data", data);
    out.write(`${JSON.stringify({ path, ...content, stat: statJson(stat) })}\n`);
    return EXIT.ok;
  }
  if (data !== null) for (const part of [data, "\n"]) out.write(part);
  if (options.stat) out.write(statText(stat, out));
  return EXIT.ok;
}
