import { Option, type Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { wholeNumber, withClientOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { keyValueJson } from "../keys/key-value-json.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What to sort by and how, by etcdctl's names. */
const SORT_TARGETS = {
  KEY: "key",
  VERSION: "version",
  CREATE: "create",
  MODIFY: "mod",
  VALUE: "value",
} as const;
const SORT_ORDERS = { ASCEND: "ascend", DESCEND: "descend" } as const;

interface Options extends ClientOptions {
  readonly prefix: boolean;
  readonly fromKey: boolean;
  readonly limit: number;
  readonly rev: number;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly printValueOnly: boolean;
  readonly sortBy?: keyof typeof SORT_TARGETS;
  readonly order?: keyof typeof SORT_ORDERS;
  readonly consistency: "l" | "s";
}

/** `quorate get`: reads keys. */
export function addGet(program: Command, { terminal, act }: CommandContext): void {
  const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  const command = program
    .command("get")
    .summary("read keys")
    .description(
      "Reads one key, or the keys from KEY to before END: the key on one line, its value on the next.",
    )
    .argument("<key>", "the key, or where the range begins")
    .argument("[end]", "where the range ends; not part of it")
    .option("--prefix", "all keys that begin with KEY", false)
    .option("--from-key", "all keys from KEY on", false)
    .addOption(
      new Option("--limit <n>", "no more than n keys; 0 is all").argParser(count).default(0),
    )
    .addOption(
      new Option("--rev <n>", "as they were at that revision; 0 is now")
        .argParser(count)
        .default(0),
    )
    .addOption(new Option("--sort-by <what>", "sort by it").choices(Object.keys(SORT_TARGETS)))
    .addOption(new Option("--order <order>", "sort that way").choices(Object.keys(SORT_ORDERS)))
    .option("--keys-only", "without the values", false)
    .option("--count-only", "only how many there are", false)
    .option("--print-value-only", "without the keys", false)
    .addOption(
      new Option("--consistency <c>", "l: linearizable; s: what the member has, maybe stale")
        .choices(["l", "s"])
        .default("l"),
    )
    .addHelpText(
      "after",
      `
Examples:
  quorate get greeting --print-value-only
  quorate get --prefix config/ --keys-only
  quorate get "" --prefix --limit 10 --json`,
    )
    .action((key: string, end: string | undefined, options: Options) =>
      act(() => get(key, end, options, terminal)),
    );
  withClientOptions(command);
}

async function get(
  key: string,
  end: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.keysOnly && options.printValueOnly) {
    throw new CliError(
      EXIT.usage,
      "--keys-only and --print-value-only exclude each other: give one of them",
    );
  }
  const { sortBy, order } = options;
  const { keyRange } = await import("../keys/key-range.ts");
  const keys = keyRange({ key, end, prefix: options.prefix, fromKey: options.fromKey });
  const { withClient } = await import("../client/with-client.ts");
  const { revision, kvs, more, count } = await withClient(options, terminal, (client) =>
    client.range(keys, {
      limit: options.limit,
      revision: options.rev,
      ...(sortBy && { sortBy: SORT_TARGETS[sortBy] }),
      ...(order && { order: SORT_ORDERS[order] }),
      serializable: options.consistency === "s",
      keysOnly: options.keysOnly,
      countOnly: options.countOnly,
    }),
  );
  const { out } = terminal;
  if (options.json) {
    const found = options.countOnly ? {} : { kvs: kvs.map(keyValueJson), more };
    out.write(`${JSON.stringify({ revision, count, ...found })}\n`);
  } else if (options.countOnly) {
    out.write(`${count}\n`);
  } else {
    for (const kv of kvs) {
      if (!options.printValueOnly) for (const part of [kv.key, "\n"]) out.write(part);
      if (!options.keysOnly) for (const part of [kv.value, "\n"]) out.write(part);
    }
  }
  return EXIT.ok;
}
