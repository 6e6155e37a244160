import { utf8Decode, QuorateError } from "@quorate/core";

/** What stands behind a field's number: a varint, or bytes (a text, a message, bytes). */
type Value = bigint | Uint8Array;

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
/** A 64-bit number takes no more than ten groups of seven bits. */
const VARINT_BYTES_MAX = 10;

/**
 * The fields of one protobuf message by number. An absent field has its type's zero, as protobuf
 * wants it; fields that nobody asks for are passed over.
 */
export class ProtobufFields {
  readonly #values = new Map<number, Value[]>();
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @throws `ERR_MALFORMED` when the bytes are not a protobuf message */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    while (this.#at < bytes.length) this.#readField();
  }

  /** A 64-bit number that is small enough to count with. */
  number(field: number): number {
    const value = Number(BigInt.asIntN(64, this.uint64(field)));
    if (!Number.isSafeInteger(value)) throw malformed(`field ${field} is too large`);
    return value;
  }

  /** A number that uses all 64 bits, such as an id. */
  uint64(field: number): bigint {
    const value = this.#values.get(field)?.at(-1) ?? 0n;
    if (typeof value !== "bigint") throw malformed(`field ${field} is not a number`);
    return BigInt.asUintN(64, value);
  }

  flag(field: number): boolean {
    return this.uint64(field) !== 0n;
  }

  bytes(field: number): Uint8Array {
    return this.allBytes(field).at(-1) ?? new Uint8Array();
  }

  text(field: number): string {
    return utf8Decode(this.bytes(field));
  }

  texts(field: number): readonly string[] {
    return this.allBytes(field).map(utf8Decode);
  }

  message(field: number): ProtobufFields {
    return new ProtobufFields(this.bytes(field));
  }

  messages(field: number): readonly ProtobufFields[] {
    return this.allBytes(field).map((bytes) => new ProtobufFields(bytes));
  }

  allBytes(field: number): readonly Uint8Array[] {
    return (this.#values.get(field) ?? []).map((value) => {
      if (typeof value === "bigint") throw malformed(`field ${field} is a number`);
      return value;
    });
  }

  #readField(): void {
    const tag = Number(this.#readVarint());
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case WIRE.varint:
        return this.#keep(field, this.#readVarint());
      case WIRE.bytes:
        return this.#keep(field, this.#take(Number(this.#readVarint())));
      case WIRE.fixed64:
        return void this.#take(8);
      case WIRE.fixed32:
        return void this.#take(4);
      default:
        throw malformed(`wire type ${tag % 8} is not known`);
    }
  }

  #keep(field: number, value: Value): void {
    const values = this.#values.get(field);
    if (values) values.push(value);
    else this.#values.set(field, [value]);
  }

  #readVarint(): bigint {
    let value = 0n;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const [byte = 0] = this.#take(1);
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    throw malformed("a number has no end");
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw malformed("it is cut off");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

function malformed(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `the server's answer is not a protobuf message: ${why}`);
}
