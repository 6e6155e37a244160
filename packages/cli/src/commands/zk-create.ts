import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withSessionOptions, wholeNumber, type SessionOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { OPEN_TO_ALL, parseAccessList } from "../zookeeper-client/access-list.ts";
import type { CreateMode, NewNode } from "../zookeeper-client/new-node.ts";
import { checkPath } from "../zookeeper-client/node-path.ts";
import type { CreatedNode } from "../zookeeper-client/replies.ts";
import { SessionReport } from "../zookeeper-client/session-report.ts";
import { hex, statJson } from "../zookeeper-client/stat-text.ts";
import { withZooKeeper } from "../zookeeper-client/with-zookeeper.ts";

interface Options extends SessionOptions {
  readonly ephemeral: boolean;
  readonly sequential: boolean;
  readonly container: boolean;
  readonly ttl?: number;
  readonly acl?: string;
}

/** What the 40 bits hold in which ZooKeeper keeps it: 34 years. */
const TTL_MAX = 2 ** 40 - 1;

/** `quorate zk create`: a new node. */
export function addZkCreate(zk: Command, { terminal, act }: CommandContext): void {
  const command = zk
    .command("create")
    .summary("create a node")
    .description(
      "Creates a node and prints its path. Without DATA, it is read from standard input, unless that is a " +
        "terminal: then the node has none. An ephemeral node is there until this is stopped (Ctrl-C).",
    )
    .argument("<path>", "the node, such as /config/app; its parent must exist")
    .argument("[data]", "its data")
    .option("-e, --ephemeral", "it goes when this is stopped", false)
    .option("-s, --sequential", "with the next number behind its name", false)
    .addOption(
      new Option("-c, --container", "it goes after its last child")
        .default(false)
        .conflicts(["ephemeral", "sequential", "ttl"]),
    )
    .addOption(
      new Option("-t, --ttl <ms>", "it goes after so long without children and new data")
        .argParser(wholeNumber(1, TTL_MAX))
        .conflicts("ephemeral"),
    )
    .option("--acl <list>", "who may do what with it (default: world:anyone:cdrwa)")
    .addHelpText(
      "after",
      `
Examples:
  quorate zk create /config/app '{"size":2}'
  quorate zk create /jobs/job- --sequential < job.json
  quorate zk create /workers/me "$HOSTNAME" --ephemeral
  quorate zk create /locks "" --container --json
  quorate zk create /secret key --acl auth::cdrwa --auth digest:user:password`,
    )
    .action((path: string, data: string | undefined, options: Options) =>
      act(() => create(path, data, options, terminal)),
    );
  withSessionOptions(command);
}

async function create(
  path: string,
  data: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  // Where a number follows, the name itself may be empty.
  checkPath(options.sequential ? `${path}0` : path);
  const acl = options.acl === undefined ? OPEN_TO_ALL : parseAccessList(options.acl);
  const mode = modeOf(options);
  const wanted = { path, data: await dataOf(data, terminal), acl, mode };
  if (mode.kind === "ephemeral") return createAndHold(wanted, options, terminal);
  const node = await withZooKeeper(options, (client) => client.create(wanted));
  const text = options.json ? JSON.stringify(nodeJson(node)) : node.path;
  terminal.out.write(`${text}\n`);
  return EXIT.ok;
}

/** Creates an ephemeral node, and keeps its session until it is asked to stop. */
async function createAndHold(
  wanted: NewNode,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  const { out, err, stop } = terminal;
  const report = new SessionReport(terminal, options.json);
  await withZooKeeper(
    options,
    async (client, session) => {
      const node = await client.create(wanted);
      const { timeoutMs } = session;
      if (options.json) {
        out.write(`${JSON.stringify({ ...nodeJson(node), session_timeout_ms: timeoutMs })}\n`);
      } else {
        out.write(`${node.path}\n`);
        err.write(`held by session ${hex(node.stat.ephemeralOwner)} until this is stopped\n`);
      }
      await session.keep(stop);
      if (await session.close()) return;
      const text = `no server was there to be told: the node goes within ${timeoutMs / 1000} s`;
      report.say("left", text, { session_timeout_ms: timeoutMs });
    },
    report,
  );
  return EXIT.ok;
}

async function dataOf(data: string | undefined, terminal: Terminal): Promise<Uint8Array> {
  if (data !== undefined) return Buffer.from(data);
  return terminal.inputIsTerminal ? new Uint8Array() : terminal.readInput();
}

function modeOf({ ephemeral, sequential, container, ttl }: Options): CreateMode {
  if (container) return { kind: "container" };
  if (ephemeral) return { kind: "ephemeral", sequential };
  return ttl === undefined
    ? { kind: "persistent", sequential }
    : { kind: "ttl", sequential, millis: ttl };
}

function nodeJson({ path, stat }: CreatedNode): object {
  return { path, stat: statJson(stat) };
}
