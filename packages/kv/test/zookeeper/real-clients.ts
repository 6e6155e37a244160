import { execFile } from "node:child_process";
import { existsSync } from "node:fs";

/** Where Debian's packages `zookeeper` and `zookeeper-bin` put them. */
const ZK_CLI = "/usr/share/zookeeper/bin/zkCli.sh";
const CLI_MT = "/usr/lib/zookeeper/bin/cli_mt";

export const hasZkCli: boolean = existsSync(ZK_CLI);
export const hasCliMt: boolean = existsSync(CLI_MT);

/** What the Java client prints for the commands, without its greetings, and with times masked. */
export async function zkCli(endpoint: string, commands: readonly string[]): Promise<string[]> {
  const output = await run(ZK_CLI, ["-server", endpoint], (printed, say) => {
    if (printed === "") for (const command of [...commands, "quit"]) say(command);
  });
  return output
    .split("\n")
    .filter((line) => !/^$|^SLF4J|^Connecting|^Welcome|^JLine|^WATCHER|^WatchedEvent/.test(line))
    .map((line) => line.replace(/^(.time) = .*/, "$1 = T"));
}

/**
 * What the threaded C client prints for the commands, without its log, and with times masked. It
 * sends without waiting, and forgets what is under way when it quits: so it is told one at a time.
 */
export async function cliMt(endpoint: string, commands: readonly string[]): Promise<string[]> {
  const left = [...commands, "quit"];
  const output = await run(CLI_MT, [endpoint], (printed, say) => {
    const answered = printed.match(/^.*rc = -?\d+|^Error -?\d+/gm)?.length ?? 0;
    if (answered >= commands.length + 1 - left.length) say(left.shift());
  });
  return output
    .split("\n")
    .filter((line) => !/ZOO_INFO|^$|^Watcher|^Got a new session|^time = |^Quitting/.test(line))
    .map((line) => line.trim().replace(/^(.time) ?= ?.*/, "$1 = T"));
}

/**
 * Both standard output and standard error, as they came.
 *
 * @param onOutput - sees everything printed so far, first nothing, and may say something
 */
function run(
  program: string,
  args: readonly string[],
  onOutput: (printed: string, say: (command: string | undefined) => void) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    // Java reads and prints in the locale's encoding, and would take `日本` for question marks.
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    const child = execFile(program, [...args], { env, timeout: 50_000 }, (error) => {
      if (error === null) resolve(printed);
      else reject(new Error(`${program}: ${error.message}\n${printed}`));
    });
    const say = (command: string | undefined): void => {
      if (command !== undefined) child.stdin?.write(`${command}\n`);
    };
    const take = (chunk: string): void => {
      printed += chunk;
      onOutput(printed, say);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    onOutput(printed, say);
  });
}
