import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { nearest } from "../nearest.ts";
import { ETCD_FLAGS, findEtcdFlag } from "./etcd-flags.ts";

/** A flag as it was given; the last of several with the same name counts. */
export interface GivenFlag {
  readonly name: string;
  readonly value: string;
}

/** What stood on the command line. */
export interface GivenFlags {
  readonly flags: readonly GivenFlag[];
  readonly help: boolean;
}

/**
 * Reads arguments by the rules of Go's flag package, which etcd uses: one or two dashes,
 * `--name value` or `--name=value`, switches alone or with `=true`/`=false`, nothing else.
 *
 * @throws `CliError` (usage) naming the first argument that does not fit
 */
export function parseGoFlags(args: readonly string[]): GivenFlags {
  const flags: GivenFlag[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const { name, inline } = splitArgument(arg);
    if (inline === null && (name === "help" || name === "h")) return { flags, help: true };
    const flag = findEtcdFlag(name);
    if (!flag) throw unknownFlag(name);
    if (inline !== null) flags.push({ name, value: inline });
    else if (flag.boolean) flags.push({ name, value: "true" });
    else {
      const value = args[++at];
      if (value === undefined) {
        throw new CliError(EXIT.usage, `--${name} needs a value: write --${name}=VALUE`);
      }
      flags.push({ name, value });
    }
  }
  return { flags, help: false };
}

function splitArgument(arg: string): { name: string; inline: string | null } {
  const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg);
  if (!match) {
    const rule = "`quorate server` takes flags only, as --name value or --name=value";
    throw new CliError(EXIT.usage, `"${arg}" is not a flag: ${rule}`);
  }
  return { name: match[1] ?? "", inline: match[2] ?? null };
}

function unknownFlag(name: string): CliError {
  const meant = nearest(name, Object.keys(ETCD_FLAGS));
  const remedy = meant ? `did you mean --${meant}?` : "`quorate server --help` lists them";
  return new CliError(EXIT.usage, `unknown flag --${name}: ${remedy}`);
}
