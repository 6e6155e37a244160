/** A field of a message to be sent; a zero is left out, as protobuf wants it. */
export type OutgoingField = readonly [field: number, value: number | boolean | Uint8Array];

/** Encodes the fields in the order given. */
export function protobufMessage(...fields: readonly OutgoingField[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [field, value] of fields) {
    if (value instanceof Uint8Array) {
      if (value.length > 0) parts.push(varint(field * 8 + 2), varint(value.length), value);
    } else if (Number(value) !== 0) {
      parts.push(varint(field * 8), varint(Number(value)));
    }
  }
  return Buffer.concat(parts);
}

/** Groups of seven bits, the lowest first; numbers here are never negative. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
