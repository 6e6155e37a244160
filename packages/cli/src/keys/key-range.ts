import { between, fromKey, prefix, type KeyRange } from "@quorate/kv";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** The part of a command line that names keys. */
export interface KeyArguments {
  readonly key: string;
  readonly end: string | undefined;
  readonly prefix: boolean;
  readonly fromKey: boolean;
}

/** @throws `CliError` (usage) when the arguments contradict each other */
export function keyRange(named: KeyArguments): KeyRange {
  const { key, end } = named;
  const ways = [end !== undefined, named.prefix, named.fromKey].filter(Boolean).length;
  if (ways > 1) {
    throw new CliError(
      EXIT.usage,
      "a range end, --prefix and --from-key exclude each other: give one of them",
    );
  }
  if (named.prefix) return prefix(key);
  if (named.fromKey) return fromKey(key);
  if (key === "") {
    throw new CliError(
      EXIT.usage,
      'the key is empty: give a key, or "" with --prefix for all keys',
    );
  }
  return between(key, end ?? "");
}
