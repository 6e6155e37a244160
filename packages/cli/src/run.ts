import { Command, CommanderError } from "commander";
import { createColors } from "picocolors";
import { CliError, toCliError } from "./cli-error.ts";
import type { CommandContext } from "./command-context.ts";
import { addDel } from "./commands/del.ts";
import { addDev } from "./commands/dev.ts";
import { addGet } from "./commands/get.ts";
import { addPut } from "./commands/put.ts";
import { addServer } from "./commands/server.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addSnapshot } from "./commands/snapshot.ts";
import { addStatus } from "./commands/status.ts";
import { addZk } from "./commands/zk.ts";
import { addZooKeeper } from "./commands/zookeeper.ts";
import { EXIT, EXIT_MEANINGS, type ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal/terminal.ts";
import { readVersion } from "./version.ts";

/**
 * The whole command line: reads the arguments, runs one command, reports errors.
 *
 * @param args what stands behind the program's name
 * @returns the exit code; nothing is thrown
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const context: CommandContext = {
    terminal,
    async act(action) {
      exitCode = await action();
    },
  };
  try {
    await programFor(context).parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    const error = thrown instanceof CommanderError ? usageError(thrown) : toCliError(thrown);
    report(error, args, terminal);
    return error.exitCode;
  }
}

function programFor(context: CommandContext): Command {
  const { out } = context.terminal;
  const program = new Command("quorate")
    .description(
      "Consensus for TypeScript: a replicated key-value store that etcd's clients can use.",
    )
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => out.write(text),
      // Errors are reported in one place, `report`.
      outputError: () => undefined,
      getOutHelpWidth: () => out.columns,
      getOutHasColors: () => out.colours,
    });
  addServer(program, context);
  addDev(program, context);
  addGet(program, context);
  addPut(program, context);
  addDel(program, context);
  addStatus(program, context);
  addSnapshot(program, context);
  addZk(program, context);
  addZooKeeper(program, context);
  addSimulate(program, context);
  return program.addHelpText("after", `\n${exitCodeHelp()}`);
}

function exitCodeHelp(): string {
  const rows = Object.values(EXIT_MEANINGS).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return ["Exit codes:", ...rows].join("\n");
}

/** Commander's errors begin with "error: " and may put a suggestion on a second line. */
function usageError(error: CommanderError): CliError {
  const text = error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return new CliError(
    EXIT.usage,
    text === "(outputHelp)" ? "give a command: see quorate --help" : text,
  );
}

function report(error: CliError, args: readonly string[], { err, env }: Terminal): void {
  const options = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (options.includes("--json")) {
    const { code, message, exitCode } = error;
    err.write(`${JSON.stringify({ error: { code, message, exitCode } })}\n`);
  } else {
    const { red } = createColors(err.colours);
    for (const line of error.message.split("\n")) err.write(`${red("quorate:")} ${line}\n`);
  }
  if (!options.includes("--verbose") && !env["DEBUG"]) return;
  const cause = error.cause instanceof Error ? error.cause : error;
  err.write(`${cause.stack ?? cause.message}\n`);
}
