import { Option, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, wholeNumber, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import {
  accessEntryText,
  parseAccessList,
  permissionLetters,
  type AccessEntry,
} from "../zookeeper-client/access-list.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import { ANY_VERSION, VERSION_MAX } from "../zookeeper-client/requests.ts";
import { statJson } from "../zookeeper-client/stat-text.ts";
import { withToldVersions } from "../zookeeper-client/told-versions.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

interface Options extends SessionOptions {
  readonly set?: string;
  readonly version: number;
}

/** `quorate zk acl`: who may do what with a node. */
export function addZkAcl(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("acl")
    .summary("print or replace a node's access list")
    .description(
      "Prints who may do what with a node, an entry a line, or replaces it. An entry is " +
        "scheme:id:permissions, with permissions out of c (create children), d (delete children), r (read), " +
        "w (write) and a (change this list). Nodes below have lists of their own.",
    )
    .argument("<path>", "the node, such as /config")
    .option("--set <list>", "its new list, with commas between entries")
    .addOption(
      new Option("--version <n>", "only if its list has that version (aversion)")
        .argParser(wholeNumber(0, VERSION_MAX))
        .default(ANY_VERSION, "any"),
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate zk acl /config
  quorate zk acl /config --set world:anyone:r,auth::cdrwa --auth digest:user:password
  quorate zk acl /config --json --auth digest:user:password`,
    )
    .action((path: string, options: Options) => act(() => acl(path, options, terminal)));
  withSessionOptions(command);
}

async function acl(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  checkPath(path);
  if (options.set !== undefined)
    return replace(path, parseAccessList(options.set), options, terminal);
  if (options.version !== ANY_VERSION) {
    throw new CliError(EXIT.usage, "--version goes with --set: nothing is written without it");
  }
  const { acl: list, stat } = await withZooKeeper(options, (client) => client.getAcl(path));
  const { out } = terminal;
  if (options.json) {
    out.write(`${JSON.stringify({ path, acl: list.map(entryJson), stat: statJson(stat) })}\n`);
  } else {
    for (const entry of list) out.write(`${accessEntryText(entry)}\n`);
  }
  return EXIT.ok;
}

async function replace(
  path: string,
  list: readonly AccessEntry[],
  options: Options,
  { out }: Terminal,
): Promise<ExitCode> {
  const { version } = options;
  const stat = await withZooKeeper(options, (client) =>
    withToldVersions(client, { path, version, of: "aversion" }, () =>
      client.setAcl(path, list, version),
    ),
  );
  out.write(options.json ? `${JSON.stringify({ path, stat: statJson(stat) })}\n` : "OK\n");
  return EXIT.ok;
}

function entryJson({ permissions, scheme, id }: AccessEntry): object {
  return { scheme, id, permissions: permissionLetters(permissions) };
}
