import { QuorateError, utf8Decode } from "@quorate/core";

/** Wire types of protocol buffers. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const START_GROUP = 3;
const END_GROUP = 4;
export const FIXED32 = 5;

/**
 * Reads protocol buffers. 64-bit integers become numbers: exact up to 2^53, beyond that the nearest,
 * which still compares rightly with every revision and count there is.
 *
 * @throws `ERR_MALFORMED` from every method for bytes that are no message
 */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The next field's number and wire type as one tag, or 0 at the end. */
  tag(): number {
    if (this.isAtEnd) return 0;
    const low = this.#varint();
    const field = (low >>> 3) | (this.#high << 29);
    if (field <= 0) throw malformed(`field number ${field}`);
    return field * 8 + (low & 7);
  }

  uint32(): number {
    return this.#varint() >>> 0;
  }

  bool(): boolean {
    return this.#varint() !== 0 || this.#high !== 0;
  }

  int64(): number {
    const low = this.#varint();
    const high = this.#high;
    return high * 0x1_0000_0000 + (low >>> 0);
  }

  /** A count in a command of our own: no more than the 48 bits that snapshots keep of it. */
  natural(): number {
    const value = this.int64();
    if (value < 0 || value >= 2 ** 48) throw malformed(`${value} is no count`);
    return value;
  }

  /** All 64 bits: lease ids. */
  bigint64(): bigint {
    const low = this.#varint();
    if (this.#high === 0) return low === 0 ? 0n : BigInt(low >>> 0);
    return (BigInt(this.#high) << 32n) | BigInt(low >>> 0);
  }

  bytes(): Uint8Array {
    const start = this.#pass(this.#size());
    return this.#bytes.subarray(start, this.#at);
  }

  string(): string {
    return utf8Decode(this.bytes());
  }

  /**
   * Passes over a field that this version does not know, a group with all that is in it. Up to number
   * `known` the message's fields are known: one of these is of the wrong wire type, which etcd's own
   * decoders refuse.
   */
  skip(tag: number, known: number = 0): void {
    const field = Math.floor(tag / 8);
    if (field <= known) throw malformed(`field ${field} has wire type ${tag & 7}`);
    let wireType = tag & 7;
    for (let depth = 0; ; wireType = this.#varint() & 7) {
      if (wireType === VARINT) this.#varint();
      else if (wireType === FIXED64) this.#pass(8);
      else if (wireType === BYTES) this.#pass(this.#size());
      else if (wireType === FIXED32) this.#pass(4);
      else if (wireType === START_GROUP) depth++;
      else if (wireType !== END_GROUP) throw malformed(`wire type ${wireType}`);
      else if (--depth < 0) throw malformed("the end of a group that has not begun");
      if (depth === 0) return;
    }
  }

  #size(): number {
    const low = this.#varint();
    if (this.#high !== 0) throw malformed("a field is cut off");
    return low >>> 0;
  }

  /** Returns where it was before. */
  #pass(count: number): number {
    const start = this.#at;
    if (count > this.#end - start) throw malformed("a field is cut off");
    this.#at = start + count;
    return start;
  }

  /** The upper 32 bits, signed, of the varint read last. */
  #high = 0;

  #varint(): number {
    this.#high = 0;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    let byte = this.#byte();
    low |= (byte & 0x7f) << 28;
    this.#high = (byte & 0x7f) >>> 4;
    for (let shift = 3; byte >= 0x80; shift += 7) {
      if (shift > 31) throw malformed("an integer of more than ten bytes");
      byte = this.#byte();
      this.#high |= (byte & 0x7f) << shift;
    }
    return low;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw malformed("an integer is cut off");
    return this.#bytes[this.#at++] as number;
  }
}

function malformed(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed protocol buffer: ${why}`);
}
