import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withClientOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { keyValueJson } from "../keys/key-value-json.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface Options extends ClientOptions {
  readonly prefix: boolean;
  readonly fromKey: boolean;
  readonly prevKv: boolean;
}

/** `quorate del`: deletes keys and prints how many there were. */
export function addDel(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("del")
    .summary("delete keys")
    .description(
      "Deletes one key, or the keys from KEY to before END, and prints how many there were.",
    )
    .argument("<key>", "the key, or where the range begins")
    .argument("[end]", "where the range ends; not part of it")
    .option("--prefix", "all keys that begin with KEY", false)
    .option("--from-key", "all keys from KEY on", false)
    .option("--prev-kv", "print the deleted keys and values", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate del greeting
  quorate del --prefix config/ --prev-kv`,
    )
    .action((key: string, end: string | undefined, options: Options) =>
      act(() => del(key, end, options, terminal)),
    );
  withClientOptions(command);
}

async function del(
  key: string,
  end: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  const { keyRange } = await import("../keys/key-range.ts");
  const keys = keyRange({ key, end, prefix: options.prefix, fromKey: options.fromKey });
  const { withClient } = await import("../client/with-client.ts");
  const { revision, deleted, previous } = await withClient(options, terminal, (client) =>
    client.delete(keys, { prevKv: options.prevKv }),
  );
  const { out } = terminal;
  if (options.json) {
    const before = options.prevKv ? { prev_kvs: previous.map(keyValueJson) } : {};
    out.write(`${JSON.stringify({ revision, deleted, ...before })}\n`);
    return EXIT.ok;
  }
  out.write(`${deleted}\n`);
  for (const kv of previous) {
    for (const part of [kv.key, "\n", kv.value, "\n"]) out.write(part);
  }
  return EXIT.ok;
}
