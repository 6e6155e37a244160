import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { isExpected } from "./expected-output.ts";

/** A command of a page, and what the page says that it prints. */
export interface Command {
  /** What is typed, with the lines behind `> ` that go on with it. */
  readonly typed: string;
  readonly output: string;
}

/** Where commands are run. */
export interface Shell {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** No command of a page takes long; one that waits for something would wait for ever. */
const SESSION_WITHIN_MS = 45_000;

/** `npx` looks the program up in PATH as here, but takes a second for it; npm's scripts are not for sessions. */
const PRELUDE = `
exec 2>&1
npx() { "$@"; }
npm() { echo "npm is not run by the tests: list this command and why in .ci/docs/not-run.ts"; false; }
`;

/**
 * The commands of a console block.
 *
 * @throws when it does not begin with one
 */
export function commandsOf(block: string): Command[] {
  const commands: { typed: string; output: string }[] = [];
  let typing = false;
  for (const line of block.replace(/\n$/, "").split("\n")) {
    const current = commands.at(-1);
    const goesOn = typing ? /^> ?(.*)$/.exec(line) : null;
    if (line.startsWith("$ ")) {
      commands.push({ typed: line.slice(2), output: "" });
      typing = true;
    } else if (!current) {
      throw new Error(`a console block begins with a command ("$ …"), not with "${line}"`);
    } else if (goesOn) {
      current.typed += `\n${goesOn[1]}`;
    } else {
      current.output += `${line}\n`;
      typing = false;
    }
  }
  return commands;
}

/** The commands as they are typed, without remarks behind them. */
export function typedIn(block: string): string[] {
  return [...block.matchAll(/^\$ (.*?)(?:\s+# .*)?$/gm)].map((match) => match[1] ?? "");
}

/** The session as the page has it. */
export function transcript(commands: readonly Command[]): string {
  return commands
    .map(({ typed, output }) => `$ ${typed.replaceAll("\n", "\n> ")}\n${output}`)
    .join("");
}

/**
 * Types the commands into one shell, and gives back the session with what they printed instead of
 * what the page says, wherever that is not the same.
 */
export async function runCommands(commands: readonly Command[], shell: Shell): Promise<Command[]> {
  const mark = `mark-${randomUUID()}`;
  const steps = commands.map(
    ({ typed }) => `${typed}\nstatus=$?; printf '%s %d\\n' ${mark} $status; (exit $status)\n`,
  );
  const parts = (await bash(PRELUDE + steps.join(""), shell)).split(mark);
  return commands.map(({ typed, output }, i) => {
    const printed = (parts[i] ?? "").replace(/^ \d+\n/, "");
    const status = /^ (\d+)\n/.exec(parts[i + 1] ?? "")?.[1] ?? "unknown: the session ended";
    // Only a page that asks for it expects a failure.
    const isAsked = commands[i + 1]?.typed === "echo $?";
    const failure = status === "0" || isAsked ? "" : `[exit status ${status}]\n`;
    const lines = printed === "" ? "" : printed.replace(/\n?$/, "\n");
    const asPrinted = isExpected(output, printed) ? output : lines;
    return { typed, output: asPrinted + failure };
  });
}

function bash(script: string, { directory, env }: Shell): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", script], {
      cwd: directory,
      env,
      stdio: ["ignore", "pipe", "inherit"],
      // A group of its own, so that what it started ends with it.
      detached: true,
    });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const late = setTimeout(() => {
      printed += `[stopped after ${SESSION_WITHIN_MS / 1000} s]\n`;
      process.kill(-(child.pid ?? 0), "SIGKILL");
    }, SESSION_WITHIN_MS);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(late);
      resolve(printed);
    });
  });
}
