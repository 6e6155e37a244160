import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** Where Debian's packages `zookeeper` and `zookeeper-bin` put them. */
const ZK_CLI = "/usr/share/zookeeper/bin/zkCli.sh";
const CLI_MT = "/usr/lib/zookeeper/bin/cli_mt";

export const hasZkCli: boolean = existsSync(ZK_CLI);
export const hasCliMt: boolean = existsSync(CLI_MT);

const WITHIN_MS = 50_000;

/** What the Java client prints for the commands, without its greetings. */
export async function zkCli(
  endpoint: string,
  commands: readonly string[],
): Promise<readonly string[]> {
  const printed = await run([ZK_CLI, "-server", endpoint], (sofar) =>
    sofar === "" ? [...commands, "quit"] : [],
  );
  const chatter = /^$|^SLF4J|^Connecting|^Welcome|^JLine|^WATCHER|^WatchedEvent/;
  return printed.split("\n").filter((line) => !chatter.test(line));
}

/** A command to the C client, and what ends its answer. */
export type CliMtStep = readonly [command: string, end: RegExp];

/**
 * What the C client prints for the commands, without its log. One thread of it reads commands and
 * another prints answers, and it forgets what it waits for when it quits: so each command is typed when
 * the answer to the one before has ended.
 */
export async function cliMt(
  endpoint: string,
  steps: readonly CliMtStep[],
): Promise<readonly string[]> {
  const left = [...steps, ["quit", /$/] as const];
  let end = /^Got a new session id: .*\n/m;
  let from = 0;
  const printed = await run([CLI_MT, endpoint], (sofar) => {
    if (!end.test(sofar.slice(from))) return [];
    const next = left.shift();
    if (next === undefined) return [];
    from = sofar.length;
    end = next[1];
    return [next[0]];
  });
  const chatter = /:ZOO_|^$|^Watcher|^Got a new session|^time = |^Quitting/;
  return printed
    .split("\n")
    .filter((line) => !chatter.test(line))
    .map((line) => line.trim());
}

/**
 * Runs a client to its end.
 *
 * @param say - sees everything printed so far, first nothing; the lines to type now
 * @returns standard output and standard error, as they came
 */
function run(
  command: readonly string[],
  say: (sofar: string) => readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    // One pipe for both, or their order would be lost.
    const child = spawn("bash", ["-c", 'exec "$0" "$@" 2>&1', ...command], {
      stdio: ["pipe", "pipe", "inherit"],
      timeout: WITHIN_MS,
    });
    let printed = "";
    const type = (): void => {
      for (const line of say(printed)) child.stdin.write(`${line}\n`);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      type();
    });
    // Whoever ends early says so by its exit code.
    child.stdin.on("error", () => undefined);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${command.join(" ")}: ended with ${code ?? signal}:\n${printed}`));
    });
    type();
  });
}
