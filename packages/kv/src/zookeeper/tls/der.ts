import { QuorateError } from "@quorate/core";

/** One value of ASN.1, as certificates and their stores are written. */
export interface DerValue {
  /** Its class, form and number in one byte. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** The context's own, numbered 0, around another value. */
  explicit0: 0xa0,
  /** The same, in place of an octet string. */
  implicit0: 0x80,
} as const;

/**
 * The only value that the bytes hold.
 *
 * @throws `ERR_MALFORMED`
 */
export function parseDer(bytes: Uint8Array): DerValue {
  const [value, ...more] = valuesIn(bytes);
  if (value === undefined || more.length > 0) throw malformed("one value is expected");
  return value;
}

/** The values in one that is made of them; `tag` is what it must have. */
export function parts(value: DerValue | undefined, tag: number): readonly DerValue[] {
  return valuesIn(contentOf(value, tag));
}

/** What is in a value that must have the tag. */
export function contentOf(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) {
    throw malformed(`tag ${tag} is expected where there is ${value?.tag ?? "nothing"}`);
  }
  return value.content;
}

/** A number that can be counted with. */
export function wholeNumber(value: DerValue | undefined): number {
  const number = contentOf(value, TAG.integer).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!Number.isSafeInteger(number)) throw malformed("a number is too large");
  return number;
}

/** `2.5.4.3` */
export function oidText(value: DerValue | undefined): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of contentOf(value, TAG.oid)) {
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw malformed("an object identifier is too large");
    if ((byte & 0x80) !== 0) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...others].join(".");
}

function valuesIn(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = valueAt(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

function valueAt(bytes: Uint8Array, at: number): DerValue {
  const [tag = 0, short = 0x80] = bytes.subarray(at);
  if ((tag & 0x1f) === 0x1f) throw malformed("a tag is longer than one byte");
  let start = at + 2;
  let length = short;
  if (short >= 0x80) {
    const digits = bytes.subarray(start, start + (short & 0x7f));
    // Without digits the length would be told at the end only, which DER does not know.
    if (digits.length === 0 || digits.length > 4) throw malformed("a length is unreadable");
    start += digits.length;
    length = digits.reduce((sum, byte) => sum * 256 + byte, 0);
  }
  const end = start + length;
  if (end > bytes.length) throw malformed("a value is longer than what holds it");
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

function malformed(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `not in DER: ${why}`);
}
