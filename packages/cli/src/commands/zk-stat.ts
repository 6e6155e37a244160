import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { statJson, statText } from "../zookeeper-client/stat-text.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

/** `quorate zk stat`: what ZooKeeper keeps of a node besides its data. */
export function addZkStat(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("stat")
    .summary("print a node's versions, times and zxids")
    .description(
      "Prints what ZooKeeper keeps of a node besides its data. On a terminal, times say how long ago " +
        "they were.",
    )
    .argument("<path>", "the node, such as /config/app")
    .addHelpText(
      "after",
      `
Examples:
  quorate zk stat /config/app
  quorate zk stat /controller --json`,
    )
    .action((path: string, options: SessionOptions) => act(() => stat(path, options, terminal)));
  withSessionOptions(command);
}

async function stat(path: string, options: SessionOptions, { out }: Terminal): Promise<ExitCode> {
  checkPath(path);
  const found = await withZooKeeper(options, (client) => client.exists(path));
  out.write(
    options.json ? `${JSON.stringify({ path, stat: statJson(found) })}\n` : statText(found, out),
  );
  return EXIT.ok;
}
