import { utf8Length, utf8Write } from "@quorate/core";
import { BYTES, VARINT } from "./proto-reader.ts";

/** Writes protocol buffers. As proto3 wants it, fields that are zero or empty are left out. */
export class ProtoWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** A non-negative integer up to 2^53. */
  varint(value: number): this {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  int64(field: number, value: number): this {
    if (value === 0) return this;
    // Negative numbers take all ten bytes; only requests hold any.
    if (value < 0) return this.uint64(field, BigInt(value));
    return this.varint((field << 3) | VARINT).varint(value);
  }

  uint64(field: number, value: bigint): this {
    let rest = BigInt.asUintN(64, value);
    if (rest === 0n) return this;
    this.varint((field << 3) | VARINT);
    while (rest > 0x7fn) {
      this.varintByte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.varintByte(Number(rest));
  }

  varintByte(byte: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.int64(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(field, value);
  }

  string(field: number, value: string): this {
    if (value.length === 0) return this;
    const size = utf8Length(value);
    this.varint((field << 3) | BYTES).varint(size);
    this.#reserve(size);
    this.#length = utf8Write(value, this.#bytes, this.#length);
    return this;
  }

  /** An encoded message, which is there even when it is empty. */
  message(field: number, value: Uint8Array): this {
    this.varint((field << 3) | BYTES).varint(value.length);
    return this.raw(value);
  }

  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }
}
