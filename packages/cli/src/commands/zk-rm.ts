import { Option, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, wholeNumber, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { TreeDeletion } from "../zookeeper-client/delete-tree.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { ANY_VERSION, VERSION_MAX } from "../zookeeper-client/requests.ts";
import { withToldVersions } from "../zookeeper-client/told-versions.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";
import type { ZooKeeperClient } from "../zookeeper-client/zookeeper-client.ts";
import { ZooKeeperError } from "../zookeeper-client/zookeeper-error.ts";

interface Options extends SessionOptions {
  readonly recursive: boolean;
  readonly version: number;
}

/** What every ensemble needs. */
const KEPT = ["/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"];

/** `quorate zk rm`: deletes a node, or a whole tree. */
export function addZkRm(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("rm")
    .summary("delete a node, or a tree")
    .description(
      "Deletes a node without children, or with --recursive everything below it too, and prints how many " +
        "nodes there were. Up to 1000 go in one transaction, all or none; more go in several, children first.",
    )
    .argument("<path>", "the node, such as /config/app")
    .option("-R, --recursive", "everything below it too", false)
    .addOption(
      new Option("--version <n>", "only if the node's data has that version")
        .argParser(wholeNumber(0, VERSION_MAX))
        .default(ANY_VERSION, "any"),
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate zk rm /config/app
  quorate zk rm /config/app --version 4
  quorate zk rm -R /old --json`,
    )
    .action((path: string, options: Options) => act(() => rm(path, options, terminal)));
  withSessionOptions(command);
}

async function rm(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  checkPath(path);
  if (KEPT.includes(path)) throw new CliError(EXIT.usage, `${path} is ZooKeeper's own: it stays`);
  const { version } = options;
  const { deleted, transactions } = await withZooKeeper(options, (client) =>
    withToldVersions(client, { path, version, of: "version" }, async () => {
      if (options.recursive) return rmTree(client, path, options, terminal);
      await client.delete(path, version);
      return { deleted: 1, transactions: 1 };
    }),
  );
  const { out } = terminal;
  if (options.json) out.write(`${JSON.stringify({ path, deleted, transactions })}\n`);
  else out.write(`${deleted}\n`);
  return EXIT.ok;
}

async function rmTree(
  client: ZooKeeperClient,
  path: string,
  { version, json }: Options,
  { err, stop }: Terminal,
): Promise<TreeDeletion> {
  const progress = new ProgressLine(err, !json);
  const onProgress = (deleted: number): void => progress.show(`${deleted} nodes deleted`);
  const deletion = new TreeDeletion(client, path, { version, stop, onProgress });
  try {
    await deletion.run();
  } catch (thrown) {
    if (!(thrown instanceof ZooKeeperError) || deletion.deleted === 0) throw thrown;
    const message = `${thrown.message}; ${deletedText(deletion)} before`;
    throw new ZooKeeperError(thrown.code, message, { cause: thrown });
  } finally {
    progress.clear();
  }
  if (deletion.isWhole) return deletion;
  throw new CliError(EXIT.interrupted, `interrupted: ${deletedText(deletion)}, the rest stays`);
}

function deletedText({ deleted }: TreeDeletion): string {
  return `${deleted} node${deleted === 1 ? "" : "s"} deleted`;
}
