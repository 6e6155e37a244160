import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const SHARED = process.env["QUORATE_SHARED"];

/** Without it what takes long is left out. */
export const IS_WHOLE: boolean = process.env["QUORATE_ZOOKEEPER_SUITES"] === "whole";

/** Without what this repository brings: addons are compiled for the system's Node. */
const SYSTEM_PATH: string = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((directory) => !directory.includes("node_modules"))
  .join(delimiter);

/** What a suite needs: a program on the path, or a file, and the package of Debian's that brings it. */
export type Need = readonly [program: string, debianPackage: string];

/** Why a suite of the shared folder cannot run; null when nothing is missing. */
export function whyNotRun(...needs: readonly Need[]): string | null {
  return SHARED === undefined ? "QUORATE_SHARED is not set" : notInstalled(...needs);
}

/** What is missing, in words; null when nothing is. */
export function notInstalled(...needs: readonly Need[]): string | null {
  const missing = needs.filter(([program]) => !isThere(program)).map(([, name]) => name);
  return missing.length === 0 ? null : `not installed: ${missing.join(", ")}`;
}

function isThere(program: string): boolean {
  return program.startsWith("/")
    ? existsSync(program)
    : SYSTEM_PATH.split(delimiter).some((directory) => existsSync(join(directory, program)));
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a suite of the shared folder; the lines of its standard output. */
export function runShared(
  suite: string,
  { args = [], env = {} }: RunOptions,
): Promise<readonly string[]> {
  const script = join(SHARED ?? "", "conformance", suite, "run.sh");
  const child = spawn("bash", [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PATH: SYSTEM_PATH, ...env },
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  return new Promise((resolve) => child.once("close", () => resolve(printed.trim().split("\n"))));
}
