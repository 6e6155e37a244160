import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { proseOf } from "../pages.ts";
import { ROOT, textOf } from "../source-files.ts";
import { BIN } from "./quorate-bin.ts";

interface Manifest {
  readonly packageManager: string;
  readonly scripts: Readonly<Record<string, string>>;
}

const MANIFEST = JSON.parse(textOf("package.json")) as Manifest;

/** The scripts of the root, as `npm run` knows them. */
export const ROOT_SCRIPTS: Manifest["scripts"] = MANIFEST.scripts;

const helps = new Map<string, string>();

/** The commands that a page names in its text. */
export function namedCommands(markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/`((?:npm|npx|quorate) [^`]+)`/g)].map(
    (match) => match[1] ?? "",
  );
}

/** What in a command does not exist: scripts, programs, and the commands and flags of `quorate`. */
export function unknownIn(command: string): string[] {
  const [program = "", ...words] = command.replace(/^npm start -- /, "quorate dev ").split(/\s+/);
  if (program === "quorate") return unknownToQuorate(words);
  const [first = "", second = ""] = words;
  if (program === "npm") {
    const script = first === "run" ? second : first;
    return script in ROOT_SCRIPTS ? [] : [`npm run ${script}`];
  }
  if (program !== "npx") return [program];
  if (first === "quorate") return unknownToQuorate(words.slice(1));
  const isProgram =
    first === MANIFEST.packageManager || existsSync(join(ROOT, "node_modules/.bin", first));
  return isProgram ? [] : [`npx ${first}`];
}

function unknownToQuorate([name = "--help", ...words]: readonly string[]): string[] {
  const isCommand = !name.startsWith("-");
  const commands = [...helpOf().matchAll(/^ {2}([a-z]+)\b/gm)].map((match) => match[1]);
  if (isCommand && !commands.includes(name)) return [`quorate ${name}`];
  const help = isCommand ? helpOf(name) : helpOf();
  return [name, ...words]
    .map((word) => /^--[\w-]+/.exec(word)?.[0])
    .filter((flag) => flag !== undefined)
    .filter((flag) => !help.split(/[\s,=]+/).includes(flag))
    .map((flag) => `quorate ${isCommand ? `${name} ` : ""}${flag}`);
}

function helpOf(...command: readonly string[]): string {
  const key = command.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const args = [BIN, ...command, "--help"];
  const help = execFileSync(process.execPath, args, { encoding: "utf8" });
  helps.set(key, help);
  return help;
}
