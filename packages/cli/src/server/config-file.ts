import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { nearest } from "../nearest.ts";
import { ETCD_FLAGS, findEtcdFlag } from "./etcd-flags.ts";
import type { Given } from "./given.ts";

/** Keys that a file may have and that etcd has no flag for. */
const SECTIONS: Readonly<Record<string, (key: string) => string>> = {
  "client-transport-security": (key) => CLIENT_SECURITY[key] ?? key,
  "peer-transport-security": (key) => PEER_SECURITY[key] ?? `peer-${key}`,
  "discovery-config": (key) => `discovery-${key}`,
  "socket-options": (key) => `socket-${key}`,
};

const CLIENT_SECURITY: Readonly<Record<string, string>> = {
  "allowed-hostname": "client-cert-allowed-hostname",
};

const PEER_SECURITY: Readonly<Record<string, string>> = {
  "allowed-cn": "peer-cert-allowed-cn",
  "allowed-hostname": "peer-cert-allowed-hostname",
};

/** Keys that etcd spells differently in a file than as a flag. */
const KEY_ALIASES: Readonly<Record<string, string>> = {
  "experimental-snapshot-catch-up-entries": "experimental-snapshot-catchup-entries",
};

/**
 * Reads a YAML (or JSON) file with etcd's keys into settings by flag name.
 *
 * @throws `CliError` (usage) for a file that cannot be read, is not YAML, or has an unknown key
 */
export function readConfigFile(path: string): Map<string, Given> {
  const document = parseYaml(path);
  const values = new Map<string, Given>();
  for (const [key, value] of Object.entries(document)) {
    const section = Object.hasOwn(SECTIONS, key) ? SECTIONS[key] : undefined;
    if (!section) {
      add(values, path, key, KEY_ALIASES[key] ?? key, value);
    } else if (isMapping(value)) {
      for (const [inner, text] of Object.entries(value)) {
        add(values, path, `${key}.${inner}`, section(inner), text);
      }
    } else if (value !== null) {
      throw new CliError(EXIT.usage, `${key} in ${path} must hold keys and values`);
    }
  }
  return values;
}

function parseYaml(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CliError(EXIT.usage, `--config-file ${path} cannot be read: ${why}`, {
      cause: thrown,
    });
  }
  try {
    const document: unknown = parse(text);
    if (document === null) return {};
    if (isMapping(document)) return document;
  } catch (thrown) {
    if (!(thrown instanceof YAMLParseError)) throw thrown;
    throw new CliError(EXIT.usage, `--config-file ${path} is not YAML: ${thrown.message}`, {
      cause: thrown,
    });
  }
  throw new CliError(EXIT.usage, `--config-file ${path} must hold etcd's keys, such as "name: m1"`);
}

function add(
  values: Map<string, Given>,
  path: string,
  key: string,
  flag: string,
  value: unknown,
): void {
  const from = `${key} in ${path}`;
  if (!findEtcdFlag(flag) || flag === "config-file" || flag === "version") {
    const meant = nearest(flag, Object.keys(ETCD_FLAGS));
    throw new CliError(EXIT.usage, `unknown key ${from}${meant ? `: did you mean ${meant}?` : ""}`);
  }
  if (value === null) return;
  values.set(flag, { value: textOf(value, from), from });
}

/** etcd's lists are comma-separated texts; YAML lists are taken for them too. */
function textOf(value: unknown, from: string): string {
  if (Array.isArray(value)) return value.map((item: unknown) => textOf(item, from)).join(",");
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new CliError(EXIT.usage, `${from} must be a text, a number, true or false`);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
