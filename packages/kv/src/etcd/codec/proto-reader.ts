import { QuorateError, utf8Decode } from "@quorate/core";

/** Wire types of protocol buffers. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
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

  /** The next field's number and wire type as one tag, or 0 at the end. */
  tag(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw malformed("field number 0");
    return tag;
  }

  uint32(): number {
    return this.#varint() >>> 0;
  }

  bool(): boolean {
    return this.#varint() !== 0;
  }

  int64(): number {
    const low = this.#varint();
    const high = this.#high;
    return high * 0x1_0000_0000 + (low >>> 0);
  }

  /** All 64 bits: lease ids. */
  bigint64(): bigint {
    const low = this.#varint();
    if (this.#high === 0) return low === 0 ? 0n : BigInt(low >>> 0);
    return (BigInt(this.#high) << 32n) | BigInt(low >>> 0);
  }

  bytes(): Uint8Array {
    const length = this.uint32();
    if (length > this.#end - this.#at) throw malformed("a field is cut off");
    const start = this.#at;
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  string(): string {
    return utf8Decode(this.bytes());
  }

  /** Fields that this version does not know are passed over. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.#varint();
        return;
      case FIXED64:
        return this.#pass(8);
      case FIXED32:
        return this.#pass(4);
      case BYTES:
        return this.#pass(this.uint32());
      default:
        throw malformed(`wire type ${tag & 7}`);
    }
  }

  #pass(count: number): void {
    if (count > this.#end - this.#at) throw malformed("a field is cut off");
    this.#at += count;
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
