import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withZooKeeperOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath, childPath } from "../zookeeper-client/node-path.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";
import type { ZooKeeperClient } from "../zookeeper-client/zookeeper-client.ts";
import { ZooKeeperError } from "../zookeeper-client/zookeeper-error.ts";

interface Options extends ClientOptions {
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
  withZooKeeperOptions(command);
}

async function ls(path: string, options: Options, { out }: Terminal): Promise<ExitCode> {
  checkPath(path);
  if (!options.recursive) {
    const children = await withZooKeeper(options, (client) => childrenOf(client, path));
    if (options.json) out.write(`${JSON.stringify({ path, children })}\n`);
    else for (const child of children) out.write(`${child}\n`);
    return EXIT.ok;
  }
  const paths: string[] = [];
  const found = options.json
    ? (each: string): void => void paths.push(each)
    : (each: string): void => out.write(`${each}\n`);
  await withZooKeeper(options, (client) => walk(client, path, found));
  if (options.json) out.write(`${JSON.stringify({ path, paths })}\n`);
  return EXIT.ok;
}

/** Every parent before its children, and these in order, as they are when each is asked for. */
async function walk(
  client: ZooKeeperClient,
  root: string,
  found: (path: string) => void,
): Promise<void> {
  const left = [root];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    let children: readonly string[];
    try {
      children = await childrenOf(client, path);
    } catch (thrown) {
      const vanished = thrown instanceof ZooKeeperError && thrown.code === "NONODE";
      if (vanished && path !== root) continue;
      throw thrown;
    }
    found(path);
    for (const name of children.toReversed()) left.push(childPath(path, name));
  }
}

async function childrenOf(client: ZooKeeperClient, path: string): Promise<readonly string[]> {
  const { children } = await client.getChildren(path);
  return children.toSorted();
}
