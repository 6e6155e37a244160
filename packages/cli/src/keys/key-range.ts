import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** What `get` and `del` work on; an absent end means the one key. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** The part of a command line that names keys. */
export interface KeyArguments {
  readonly key: string;
  readonly end: string | undefined;
  readonly prefix: boolean;
  readonly fromKey: boolean;
}

const NOTHING = new Uint8Array();
/** etcd's notation for "the first key of all" and, as an end, for "no end". */
const ZERO = new Uint8Array([0]);

/** @throws `CliError` (usage) when the arguments contradict each other */
export function keyRange({ key, end, prefix, fromKey }: KeyArguments): KeyRange {
  const ways = [end !== undefined, prefix, fromKey].filter(Boolean).length;
  if (ways > 1) {
    throw new CliError(
      EXIT.usage,
      "a range end, --prefix and --from-key exclude each other: give one of them",
    );
  }
  const bytes = Buffer.from(key);
  if (bytes.length === 0) {
    if (prefix || fromKey) return { key: ZERO, rangeEnd: ZERO };
    throw new CliError(
      EXIT.usage,
      'the key is empty: give a key, or "" with --prefix for all keys',
    );
  }
  if (end !== undefined) return { key: bytes, rangeEnd: Buffer.from(end) };
  if (prefix) return { key: bytes, rangeEnd: prefixEnd(bytes) };
  return { key: bytes, rangeEnd: fromKey ? ZERO : NOTHING };
}

/** The first key behind all keys that begin with the prefix. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix[at] ?? 0;
    if (byte === 0xff) continue;
    // A copy, which a Buffer's own slice() is not.
    const end = Uint8Array.from(prefix.subarray(0, at + 1));
    end[at] = byte + 1;
    return end;
  }
  return ZERO;
}
