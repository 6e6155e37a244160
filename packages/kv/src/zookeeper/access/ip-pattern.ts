/** An address as its bytes: 4 or 16 of them; null for what is none. */
export function addressBytes(text: string): readonly number[] | null {
  return text.includes(":") ? sixteenBytes(text) : fourBytes(text);
}

/** Whether the text is an address, or the beginning of addresses: `10.0.0.0/8`. */
export function isAddressPattern(text: string): boolean {
  return parsePattern(text) !== null;
}

/** Whether the address is the pattern's, or begins as it says. */
export function addressMatches(pattern: string, address: string): boolean {
  const parsed = parsePattern(pattern);
  const bytes = addressBytes(address);
  if (parsed === null || bytes?.length !== parsed.bytes.length) return false;
  let bits = parsed.bits;
  for (let i = 0; bits > 0; i++, bits -= 8) {
    const difference = (bytes[i] as number) ^ (parsed.bytes[i] as number);
    if (difference >>> Math.max(0, 8 - bits) !== 0) return false;
  }
  return true;
}

interface Pattern {
  readonly bytes: readonly number[];
  /** How many of the first bits count. */
  readonly bits: number;
}

function parsePattern(text: string): Pattern | null {
  const [address = "", prefix, ...more] = text.split("/");
  const bytes = addressBytes(address);
  if (bytes === null || more.length > 0) return null;
  const most = 8 * bytes.length;
  if (prefix === undefined) return { bytes, bits: most };
  const bits = decimal(prefix, most);
  return bits === null ? null : { bytes, bits };
}

function fourBytes(text: string): readonly number[] | null {
  const bytes = text.split(".").map((part) => decimal(part, 255));
  return bytes.length === 4 && isWhole(bytes) ? bytes : null;
}

function sixteenBytes(text: string): readonly number[] | null {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return null;
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  if (front === null || back === null) return null;
  const missing = 16 - front.length - back.length;
  // A gap stands for at least one group.
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return [...front, ...Array.from({ length: missing }, () => 0), ...back];
}

/** Pairs of bytes in hexadecimal, perhaps with an address of four bytes at the end. */
function groups(text: string): readonly number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes(".")) {
      const four = fourBytes(part);
      if (four === null) return null;
      bytes.push(...four);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >>> 8, value & 0xff);
    } else return null;
  }
  return bytes;
}

function decimal(text: string, most: number): number | null {
  return /^\d{1,3}$/.test(text) && Number(text) <= most ? Number(text) : null;
}

function isWhole(bytes: readonly (number | null)[]): bytes is readonly number[] {
  return !bytes.includes(null);
}
