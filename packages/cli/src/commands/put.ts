import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { withClientOptions, type ClientOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { keyValueJson } from "../keys/key-value-json.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface Options extends ClientOptions {
  readonly prevKv: boolean;
}

/** `quorate put`: writes one key. */
export function addPut(program: Command, { terminal, act }: CommandContext): void {
  const command = program
    .command("put")
    .summary("write a key")
    .description("Writes one key. Without VALUE, the value is read from standard input.")
    .argument("<key>", "the key")
    .argument("[value]", "its new value")
    .option("--prev-kv", "print the key and its value from before the write", false)
    .addHelpText(
      "after",
      `
Examples:
  quorate put greeting hello
  quorate put config/app.json < app.json
  quorate put -- key -a-value-with-a-dash`,
    )
    .action((key: string, value: string | undefined, options: Options) =>
      act(() => put(key, value, options, terminal)),
    );
  withClientOptions(command);
}

async function put(
  key: string,
  value: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  if (key === "") throw new CliError(EXIT.usage, "the key is empty: give one");
  const bytes = value === undefined ? await terminal.readInput() : Buffer.from(value);
  const { withClient } = await import("../client/with-client.ts");
  const { revision, previous } = await withClient(options, terminal, (client) =>
    client.put(key, bytes, { prevKv: options.prevKv }),
  );
  const { out } = terminal;
  if (options.json) {
    const before = previous ? { prev_kv: keyValueJson(previous) } : {};
    out.write(`${JSON.stringify({ revision, ...before })}\n`);
    return EXIT.ok;
  }
  out.write("OK\n");
  if (previous) {
    for (const part of [previous.key, "\n", previous.value, "\n"]) out.write(part);
  }
  return EXIT.ok;
}
