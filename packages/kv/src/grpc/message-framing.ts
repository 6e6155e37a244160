/** One byte of flags and four of length stand before every message. */
export const PREFIX_BYTES = 5;

/** Writes the prefix of an uncompressed message and returns the offset behind it. */
export function writePrefix(into: Uint8Array, at: number, length: number): number {
  into[at] = 0;
  into[at + 1] = length >>> 24;
  into[at + 2] = length >>> 16;
  into[at + 3] = length >>> 8;
  into[at + 4] = length;
  return at + PREFIX_BYTES;
}

/** The length in a prefix. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at + 1] as number) * 0x100_0000 +
    (((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 8) |
      (bytes[at + 4] as number))
  );
}

/** Room for the first piece of a message; more is taken as more arrives. */
const FIRST_ROOM_BYTES = 16 * 1024;

const NONE = new Uint8Array(0);

/**
 * A message that arrives in pieces. Takes memory for what has arrived and for as much again at most:
 * a peer that announces much and sends little costs little.
 */
export class PartialMessage {
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixLength = 0;
  #length = 0;
  #body = NONE;
  #bodyLength = 0;

  /** The first byte of the prefix, or null while some of the prefix is missing. */
  get flag(): number | null {
    return this.#prefixLength === PREFIX_BYTES ? (this.#prefix[0] as number) : null;
  }

  /** Takes what is missing of the prefix; returns the offset behind it. */
  takePrefix(bytes: Uint8Array, start: number, end: number): number {
    const count = Math.min(PREFIX_BYTES - this.#prefixLength, end - start);
    this.#prefix.set(bytes.subarray(start, start + count), this.#prefixLength);
    this.#prefixLength += count;
    if (this.#prefixLength === PREFIX_BYTES) this.#length = readLength(this.#prefix, 0);
    return start + count;
  }

  /** How much of the body is still to come; nothing is known of it before the prefix is there. */
  get missing(): number {
    return this.#length - this.#bodyLength;
  }

  /** How much memory `take` will need for so many bytes, beyond what is there. */
  growthFor(count: number): number {
    const needed = this.#bodyLength + count;
    if (needed <= this.#body.length) return 0;
    const room = Math.max(needed, 2 * this.#body.length, FIRST_ROOM_BYTES);
    return Math.min(room, this.#length) - this.#body.length;
  }

  /** Takes a piece of the body, no longer than what is missing. */
  take(bytes: Uint8Array, start: number, end: number): void {
    const growth = this.growthFor(end - start);
    if (growth > 0) {
      const larger = new Uint8Array(this.#body.length + growth);
      larger.set(this.#body);
      this.#body = larger;
    }
    this.#body.set(bytes.subarray(start, end), this.#bodyLength);
    this.#bodyLength += end - start;
  }

  /** The message, once nothing is missing. */
  get message(): Uint8Array {
    return this.#body;
  }
}
