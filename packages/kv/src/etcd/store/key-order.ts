/**
 * Keys inside the store are strings with one character per byte: they hash, compare in byte order
 * with `<`, and take a byte each in memory.
 */
export type KeyText = string;

/** Longer keys are turned in pieces: a call takes only so many arguments. */
const PIECE = 4096;

export function keyText(bytes: Uint8Array): KeyText {
  if (bytes.length <= PIECE) return pieceText(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE)
    text += pieceText(bytes.subarray(at, at + PIECE));
  return text;
}

/** `apply` reads the bytes as they lie there; a spread would go through an iterator and an array. */
function pieceText(bytes: Uint8Array): KeyText {
  return Reflect.apply(String.fromCharCode, null, bytes) as string;
}

export function keyBytes(text: KeyText): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Keys from `from` on, up to but without `to`; null for no upper end. */
export interface KeyRange {
  readonly from: KeyText;
  readonly to: KeyText | null;
}

/**
 * etcd's notation: no end is the key alone, one zero byte is everything from the key on, anything
 * else is the first key no longer in the range.
 */
export function keyRange(key: Uint8Array, rangeEnd: Uint8Array): KeyRange {
  const from = keyText(key);
  if (rangeEnd.length === 0) return { from, to: `${from}\0` };
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return { from, to: null };
  return { from, to: keyText(rangeEnd) };
}

export function isInRange(key: KeyText, { from, to }: KeyRange): boolean {
  return key >= from && (to === null || key < to);
}
