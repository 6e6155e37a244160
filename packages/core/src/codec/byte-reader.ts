import { QuorateError } from "../errors.ts";
import { utf8Decode } from "./utf8.ts";

/**
 * Reads what {@link ByteWriter} wrote. Every length is checked against what is there before
 * anything is allocated, so garbage costs nothing.
 *
 * @throws `ERR_MALFORMED` from every method when the bytes end early or hold an impossible value
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** @param what - names the thing being read, for the error */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) {
      throw this.malformed(`${count} bytes wanted, ${this.#bytes.length - at} left`);
    }
    this.#at = at + count;
    return at;
  }

  malformed(why: string): QuorateError {
    return new QuorateError("ERR_MALFORMED", `malformed ${this.#what} at byte ${this.#at}: ${why}`);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw this.malformed(`${value} is not a boolean`);
    return value === 1;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u48(): number {
    const at = this.#take(6);
    return this.#view.getUint16(at) * 0x1_0000_0000 + this.#view.getUint32(at + 2);
  }

  /** `count` bytes as a view. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** Length-prefixed bytes as a view. */
  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  string(): string {
    return utf8Decode(this.bytes());
  }

  /** A count of items that take at least `bytesEach` bytes, refused when they cannot be there. */
  count(bytesEach: number): number {
    const count = this.u32();
    if (count * bytesEach > this.remaining) throw this.malformed(`${count} items cannot follow`);
    return count;
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    return this.raw(this.remaining);
  }

  /** Refuses bytes behind the end. */
  end(): void {
    if (this.remaining !== 0) throw this.malformed(`${this.remaining} bytes too many`);
  }
}
