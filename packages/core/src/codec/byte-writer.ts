import { assert } from "../assert.ts";
import { utf8Length, utf8Write } from "./utf8.ts";

/** Writes big-endian numbers, strings and bytes into one growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity: number = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
    return this;
  }

  /** An integer in [0, 2^48): indices, terms, wall times, file sizes. */
  u48(value: number): this {
    assert(value >= 0 && value < 0x1_0000_0000_0000, `${value} does not fit 48 bits`);
    const at = this.#reserve(6);
    this.#view.setUint16(at, Math.floor(value / 0x1_0000_0000));
    this.#view.setUint32(at + 2, value >>> 0);
    return this;
  }

  /** Raw bytes, without a length. */
  raw(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Bytes behind a 32-bit length. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** A string as UTF-8 behind a 32-bit length. */
  string(text: string): this {
    const size = utf8Length(text);
    this.u32(size);
    const at = this.#reserve(size);
    utf8Write(text, this.#bytes, at);
    return this;
  }

  /** The bytes written so far, as a view: do not go on writing. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
