import { utf8Length, utf8Write } from "@quorate/core";
import { BYTES, VARINT } from "./proto-reader.ts";

/** A writer that is used again keeps no more memory than this. */
const KEPT_BYTES_MAX = 64 * 1024;

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

  /** What was written, as a view: it is overwritten by what is written after a {@link reset}. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  copyTo(into: Uint8Array, offset: number): void {
    into.set(this.finish(), offset);
  }

  /** Begins anew in the same memory, unless that has become unusually much. */
  reset(): this {
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = new Uint8Array(KEPT_BYTES_MAX);
    this.#length = 0;
    return this;
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
    return value === 0n ? this : this.element64(field, value);
  }

  /** One number of a repeated field, which is there even when it is zero. */
  element64(field: number, value: bigint): this {
    let rest = BigInt.asUintN(64, value);
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

  /** Text of one character per byte. */
  latin1(field: number, value: string): this {
    if (value.length === 0) return this;
    this.varint((field << 3) | BYTES).varint(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.#length++] = value.charCodeAt(i);
    return this;
  }

  /**
   * Begins a message within: what is written until {@link close} belongs to it. Written in place, so
   * that it needs no memory of its own.
   */
  open(field: number): number {
    this.varint((field << 3) | BYTES).#reserve(1);
    return ++this.#length;
  }

  /** @param start - what {@link open} returned */
  close(start: number): this {
    const size = this.#length - start;
    // One byte was left for the size: what is larger moves behind it.
    let sizeBytes = 1;
    for (let rest = size; rest > 0x7f; rest = Math.floor(rest / 128)) sizeBytes++;
    this.#reserve(sizeBytes - 1);
    if (sizeBytes > 1) this.#bytes.copyWithin(start + sizeBytes - 1, start, this.#length);
    this.#length = start - 1;
    this.varint(size);
    this.#length += size;
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
