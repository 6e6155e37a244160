import { QuorateError, utf8Decode } from "@quorate/core";

/**
 * Reads jute: numbers big-endian, strings and buffers behind a 32-bit length in which -1 is null.
 * Every length is compared with what is there before anything is made of it.
 *
 * @throws `ERR_MALFORMED` from every method when the bytes end early or hold an impossible length
 */
export class JuteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  /** @param at - where to begin */
  constructor(bytes: Uint8Array, at: number = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  bool(): boolean {
    const at = this.#take(1);
    return this.#bytes[at] !== 0;
  }

  /** 32 bits, signed. */
  int(): number {
    return intAt(this.#bytes, this.#take(4));
  }

  /** 64 bits, signed; beyond 2^53 the nearest number, which still compares rightly with every zxid. */
  long(): number {
    const high = this.int();
    return high * 0x1_0000_0000 + (this.int() >>> 0);
  }

  /** A buffer as a view. */
  buffer(): Uint8Array | null {
    const length = this.#length();
    if (length < 0) return null;
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  ustring(): string | null {
    const bytes = this.buffer();
    return bytes === null ? null : utf8Decode(bytes);
  }

  /** A string that must be there. */
  text(): string {
    const text = this.ustring();
    if (text === null) throw this.#malformed("a string is null");
    return text;
  }

  /** How many items follow, of at least `bytesEach` bytes; null for a vector that is not there. */
  count(bytesEach: number): number | null {
    const count = this.#length();
    if (count < 0) return null;
    if (count * bytesEach > this.remaining) throw this.#malformed(`${count} items cannot follow`);
    return count;
  }

  #length(): number {
    const length = this.int();
    if (length < -1) throw this.#malformed(`a length of ${length}`);
    return length;
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) {
      throw this.#malformed(`${count} bytes wanted, ${this.#bytes.length - at} left`);
    }
    this.#at = at + count;
    return at;
  }

  #malformed(why: string): QuorateError {
    return new QuorateError("ERR_MALFORMED", `malformed jute record at byte ${this.#at}: ${why}`);
  }
}

/** The signed 32 bits at the offset, which must be there. */
export function intAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
