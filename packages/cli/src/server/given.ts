import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { readConfigFile } from "./config-file.ts";
import { ETCD_FLAGS, findEtcdFlag } from "./etcd-flags.ts";
import type { GivenFlag } from "./go-flags.ts";

/** A value for one flag, and where it came from, for messages. */
export interface Given {
  readonly value: string;
  /** `--name`, `ETCD_NAME`, or `name in member.yaml`. */
  readonly from: string;
}

/** Everything that the user said about the server, and what must be said back. */
export interface GivenSettings {
  /** By flag name. */
  readonly values: ReadonlyMap<string, Given>;
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables with these prefixes that are not settings of the server. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  "ETCD_UNSUPPORTED_ARCH",
  "QUORATE_ENDPOINTS",
  "QUORATE_STOP_WITH_PARENT",
]);

/**
 * Joins flags, variables and the configuration file. A flag wins over `QUORATE_*`, that over
 * `ETCD_*`. With a configuration file only the file counts, as in etcd.
 *
 * @throws `CliError` (usage) for a file that cannot be used and for whatever the table of flags
 * refuses
 */
export function gather(flags: readonly GivenFlag[], env: Environment): GivenSettings {
  const warnings: string[] = [];
  const said = new Map<string, Given>();
  readVariables("ETCD", env, said, warnings);
  readVariables("QUORATE", env, said, warnings);
  for (const { name, value } of flags) said.set(name, { value, from: `--${name}` });
  const file = said.get("config-file");
  said.delete("config-file");
  const values = file ? onlyFile(file.value, said, warnings) : said;
  sortOut(values, warnings);
  return { values, warnings };
}

/** Reads `PREFIX_*`; an empty variable counts as not set, as in etcd. */
function readVariables(
  prefix: string,
  env: Environment,
  into: Map<string, Given>,
  warnings: string[],
): void {
  const names = new Map(Object.keys(ETCD_FLAGS).map((flag) => [variableOf(prefix, flag), flag]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(`${prefix}_`) || OTHER_VARIABLES.has(variable) || !value) continue;
    const flag = names.get(variable);
    if (flag) into.set(flag, { value, from: variable });
    else warnings.push(`the variable ${variable} is not a setting of the server and has no effect`);
  }
}

function variableOf(prefix: string, flag: string): string {
  return `${prefix}_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function onlyFile(
  path: string,
  said: ReadonlyMap<string, Given>,
  warnings: string[],
): Map<string, Given> {
  const values = readConfigFile(path);
  const shadowed = [...said.values()].map((given) => given.from);
  if (shadowed.length > 0) {
    warnings.push(
      `with --config-file only ${path} counts, as in etcd; without effect: ${shadowed.join(", ")}`,
    );
  }
  return values;
}

/** Takes out what is not acted on: with a warning, or by refusing to start. */
function sortOut(values: Map<string, Given>, warnings: string[]): void {
  const refusals: string[] = [];
  for (const [name, { value, from }] of values) {
    const handling = findEtcdFlag(name)?.handling;
    if (!handling || handling.kind === "acted") continue;
    values.delete(name);
    if (handling.neutral.includes(value)) continue;
    if (handling.kind === "refused") refusals.push(`${from} is not supported: ${handling.why}`);
    else warnings.push(`${from} has no effect here: ${handling.why}`);
  }
  if (refusals.length > 0) throw new CliError(EXIT.usage, refusals.join("\n"));
}
