import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { walkTree } from "../zookeeper-client/tree-walk.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

interface Options extends SessionOptions {
  readonly recursive: boolean;
}

/** `quorate zk ls`: the names of a node's children. */
export function addZkLs(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("ls")
    .summary("list the children of a node")
    .description("Prints the names of a node's children, or the paths of all nodes below it.")
    .argument("<path>", "the node, such as /")
    .option("-R, --recursive", "the node itself and everything below it, by path", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate zk ls /
  quorate zk ls -R /brokers --endpoints zoo1:2181,zoo2:2181
  quorate zk ls /election --json`,
    )
    .action((path: string, options: Options) => act(() => ls(path, options, terminal)));
  withSessionOptions(command);
}

async function ls(path: string, options: Options, { out }: Terminal): Promise<ExitCode> {
  checkPath(path);
  if (!options.recursive) {
    const { children } = await withZooKeeper(options, (client) => client.getChildren(path));
    const sorted = children.toSorted();
    if (options.json) out.write(`${JSON.stringify({ path, children: sorted })}\n`);
    else for (const child of sorted) out.write(`${child}\n`);
    return EXIT.ok;
  }
  const paths: string[] = [];
  await withZooKeeper(options, async (client) => {
    for await (const { kind, path: found } of walkTree(client, path)) {
      if (kind === "leave") continue;
      if (options.json) paths.push(found);
      else out.write(`${found}\n`);
    }
  });
  if (options.json) out.write(`${JSON.stringify({ path, paths })}\n`);
  return EXIT.ok;
}
