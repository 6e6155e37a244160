import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, wholeNumber, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import type { WatchKind } from "../zookeeper-client/watching.ts";

interface Options extends SessionOptions {
  readonly data: boolean;
  readonly exists: boolean;
  readonly children: boolean;
  readonly recursive: boolean;
  readonly events: number;
}

const KINDS = ["data", "exists", "children", "recursive"] as const;

/** `quorate zk watch`: what happens to a node. */
export function addZkWatch(zk: Command, { terminal, act }: CommandContext): void {
  const kind = (flags: string, name: (typeof KINDS)[number], description: string): Option =>
    new Option(flags, description).default(false).conflicts(KINDS.filter((each) => each !== name));
  const command = zk
    .command("watch")
    .summary("print what happens to a node")
    .description(
      "Prints an event a line until it is stopped (Ctrl-C): NodeCreated, NodeDataChanged, NodeDeleted, " +
        "NodeChildrenChanged. When a server is lost, the session and the watch are taken to another one. " +
        "What it says besides events goes to standard error; with --json, all are objects of one stream.\n\n" +
        "The watch stays, which servers know from 3.6 on, and tells every change, but nothing of what " +
        "happens while no server is there. With --data, --exists or --children it is one that fires once, and " +
        "is left again with a read: it tells what the node is like then, and several changes may be one event.",
    )
    .argument("<path>", "the node, such as /config/app; there need not be one yet")
    .addOption(
      kind(
        "-R, --recursive",
        "recursive",
        "of everything below it too, instead of its list of children",
      ),
    )
    .addOption(kind("--data", "data", "only the node and its data, which must be there at first"))
    .addOption(kind("--exists", "exists", "the same, but there need not be a node"))
    .addOption(
      kind("--children", "children", "only its children, with the names that came and went"),
    )
    .addOption(
      new Option("--events <n>", "end after n events")
        .argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER))
        .default(Infinity, "when it is stopped"),
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate zk watch /config/app
  quorate zk watch -R /services --json
  quorate zk watch --children /workers
  quorate zk watch --exists /ready --events 1    wait until somebody creates it`,
    )
    .action((path: string, options: Options) => act(() => watch(path, options, terminal)));
  withSessionOptions(command);
}

async function watch(path: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  checkPath(path);
  const { watchNode } = await import("../zookeeper-client/watch-node.ts");
  const kind: WatchKind = KINDS.find((each) => options[each]) ?? "persistent";
  await watchNode({ path, kind, events: options.events }, options, terminal);
  return EXIT.ok;
}
