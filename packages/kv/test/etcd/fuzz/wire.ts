/** A field as it goes onto the wire, right or wrong. */
export interface WireField {
  readonly number: number;
  readonly value: WireValue;
}

/** What stands behind a field's number, by its wire type. */
export type WireValue =
  /** `padding`: bytes that it takes beyond what it needs. */
  | { readonly kind: "varint"; readonly value: bigint; readonly padding: number }
  | { readonly kind: "fixed64" | "fixed32"; readonly bytes: Uint8Array }
  /** `excess`: by how much its length says too much. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly excess: number }
  | { readonly kind: "message"; readonly fields: readonly WireField[] }
  /** Ends with the number, or not at all. */
  | { readonly kind: "group"; readonly fields: readonly WireField[]; readonly end: number | null };

export function varint(value: bigint | number, padding = 0): WireValue {
  return { kind: "varint", value: BigInt(value), padding };
}

export function bytesValue(bytes: Uint8Array, excess = 0): WireValue {
  return { kind: "bytes", bytes, excess };
}

const WIRE_TYPES = { varint: 0, fixed64: 1, bytes: 2, message: 2, group: 3, fixed32: 5 };
const END_GROUP = 4;

/** The message as bytes. Knows nothing of the codec that it is to try. */
export function encodeFields(fields: readonly WireField[]): Uint8Array {
  const out = new ByteSink();
  for (const field of fields) writeField(out, field);
  return out.bytes();
}

function writeField(out: ByteSink, { number, value }: WireField): void {
  writeTag(out, number, WIRE_TYPES[value.kind]);
  switch (value.kind) {
    case "varint":
      return writeVarint(out, value.value, value.padding);
    case "fixed64":
    case "fixed32":
      return out.raw(value.bytes);
    case "bytes":
      writeVarint(out, BigInt(value.bytes.length + value.excess));
      return out.raw(value.bytes);
    case "message": {
      const bytes = encodeFields(value.fields);
      writeVarint(out, BigInt(bytes.length));
      return out.raw(bytes);
    }
    case "group":
      for (const field of value.fields) writeField(out, field);
      if (value.end !== null) writeTag(out, value.end, END_GROUP);
  }
}

function writeTag(out: ByteSink, number: number, wireType: number): void {
  writeVarint(out, (BigInt(number) << 3n) | BigInt(wireType));
}

function writeVarint(out: ByteSink, value: bigint, padding = 0): void {
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) out.byte(Number(rest & 0x7fn) | 0x80);
  out.byte(Number(rest) | (padding > 0 ? 0x80 : 0));
  for (let left = padding; left > 0; left--) out.byte(left > 1 ? 0x80 : 0);
}

class ByteSink {
  #bytes = new Uint8Array(64);
  #length = 0;

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.bytes());
    this.#bytes = grown;
  }
}
