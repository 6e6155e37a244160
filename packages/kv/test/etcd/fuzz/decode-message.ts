import { fieldsIn, type Field, type MessageTable } from "./message-table.ts";

/** A message by its fields' names, without those that are zero. Bytes are text, one character each. */
export interface Decoded {
  readonly [field: string]: DecodedValue;
}

export type DecodedValue = string | bigint | boolean | Decoded | readonly DecodedValue[];

/** Reads a message by its table. @throws for anything that the table does not have */
export function decodeMessage(table: MessageTable, name: string, bytes: Uint8Array): Decoded {
  const fields = fieldsIn(table, name);
  const decoded: Record<string, DecodedValue> = {};
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    const field = fields.find(({ number }) => number === tag >>> 3);
    if (field === undefined) throw new Error(`${name} has no field ${tag >>> 3}`);
    if ((tag & 7) !== wireType(field)) throw new Error(`${name}.${field.name} is of another type`);
    const value = readValue(table, field, reader);
    if (field.repeated) {
      const list = (decoded[field.name] ?? []) as readonly DecodedValue[];
      decoded[field.name] = [...list, value];
    } else if (value !== 0n && value !== "" && value !== false) decoded[field.name] = value;
  }
  return decoded;
}

function wireType({ type }: Field): number {
  return type.kind === "bytes" || type.kind === "string" || type.kind === "message" ? 2 : 0;
}

function readValue(table: MessageTable, { type }: Field, reader: Reader): DecodedValue {
  switch (type.kind) {
    case "message":
      return decodeMessage(table, type.message, reader.bytes());
    case "bytes":
    case "string":
      return Buffer.from(reader.bytes()).toString("latin1");
    case "bool":
      return reader.varint() !== 0n;
    case "enum":
      return reader.varint();
    case "integer":
      return type.signed ? BigInt.asIntN(64, reader.varint()) : reader.varint();
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 64n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error("an integer of more than ten bytes");
  }

  bytes(): Uint8Array {
    const length = Number(this.varint());
    if (length > this.#bytes.length - this.#at) throw new Error("a field is cut off");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("an integer is cut off");
    return byte;
  }
}
