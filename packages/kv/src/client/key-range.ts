import { utf8Encode } from "@quorate/core";

/** A key or a value: text stands for its UTF-8. */
export type Bytes = string | Uint8Array;

/** Keys from one on to before another, in etcd's notation: an empty end means the one key. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** One key, or a range of them. */
export type Keys = Bytes | KeyRange;

const NOTHING = new Uint8Array(0);
/** The first key of all and, as an end, that there is none. */
const ZERO = Uint8Array.of(0);

/** Every key there is. */
export const allKeys: KeyRange = { key: ZERO, rangeEnd: ZERO };

/** The keys that begin with it. */
export function prefix(start: Bytes): KeyRange {
  const key = bytesOf(start);
  return key.length === 0 ? allKeys : { key, rangeEnd: prefixEnd(key) };
}

/** The keys from one on to before another. */
export function between(from: Bytes, to: Bytes): KeyRange {
  return { key: bytesOf(from), rangeEnd: bytesOf(to) };
}

/** The key and all behind it. */
export function fromKey(from: Bytes): KeyRange {
  const key = bytesOf(from);
  return key.length === 0 ? allKeys : { key, rangeEnd: ZERO };
}

export function keyRangeOf(keys: Keys): KeyRange {
  if (typeof keys === "string" || keys instanceof Uint8Array) {
    return { key: bytesOf(keys), rangeEnd: NOTHING };
  }
  return keys;
}

/** The range without its keys up to this one. */
export function behind(range: KeyRange, last: Uint8Array): KeyRange {
  const key = new Uint8Array(last.length + 1);
  key.set(last);
  return { key, rangeEnd: range.rangeEnd };
}

export function bytesOf(bytes: Bytes): Uint8Array {
  return typeof bytes === "string" ? utf8Encode(bytes) : bytes;
}

/** The first key behind all that begin with the prefix. */
function prefixEnd(start: Uint8Array): Uint8Array {
  for (let at = start.length - 1; at >= 0; at--) {
    const byte = start[at] ?? 0;
    if (byte === 0xff) continue;
    // A copy, which a Buffer's own slice() is not.
    const end = Uint8Array.from(start.subarray(0, at + 1));
    end[at] = byte + 1;
    return end;
  }
  return ZERO;
}
