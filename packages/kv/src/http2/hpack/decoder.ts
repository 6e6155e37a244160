import { ConnectionError, ERROR, HEADER_TABLE_BYTES } from "../protocol.ts";
import { Field } from "./field.ts";
import { HeaderTable } from "./header-table.ts";
import { decodeHuffman } from "./huffman.ts";

/** Takes the fields of a header block in order. */
export interface FieldSink {
  field(field: Field): void;
}

/** Far above every length that fits a header block, far below where shifts overflow. */
const INTEGER_MAX = 0x0fff_ffff;

/** Decodes header blocks (RFC 7541); one for each connection. */
export class HpackDecoder {
  readonly #table = new HeaderTable();
  /** Behind what was read last. */
  #at = 0;
  #end = 0;

  /** While it stays the same, a block means what it meant before. */
  get generation(): number {
    return this.#table.generation;
  }

  get tableSize(): number {
    return this.#table.size;
  }

  /** @throws {@link ConnectionError} `compressionError`; the decoder is of no use afterwards */
  decode(bytes: Uint8Array, start: number, end: number, sink: FieldSink): void {
    this.#at = start;
    this.#end = end;
    let resizable = true;
    while (this.#at < end) {
      const lead = bytes[this.#at] as number;
      if (lead >= 0x80) {
        sink.field(this.#lookUp(this.#integer(bytes, 0x7f)));
      } else if (lead >= 0x40) {
        const field = this.#literal(bytes, 0x3f);
        this.#table.insert(field);
        sink.field(field);
      } else if (lead >= 0x20) {
        if (!resizable) throw malformed("table size changes behind a field");
        const size = this.#integer(bytes, 0x1f);
        if (size > HEADER_TABLE_BYTES) throw malformed(`table of ${size} bytes`);
        this.#table.resize(size);
        continue;
      } else {
        sink.field(this.#literal(bytes, 0x0f));
      }
      resizable = false;
    }
  }

  #lookUp(index: number): Field {
    const field = this.#table.at(index);
    if (field === undefined) throw malformed(`index ${index} is not in the table`);
    return field;
  }

  #literal(bytes: Uint8Array, mask: number): Field {
    const index = this.#integer(bytes, mask);
    const name = index === 0 ? this.#string(bytes) : this.#lookUp(index).name;
    return new Field(name, this.#string(bytes));
  }

  #string(bytes: Uint8Array): string {
    if (this.#at >= this.#end) throw malformed("cut off");
    const huffman = (bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(bytes, 0x7f);
    const start = this.#at;
    if (length > this.#end - start) throw malformed("cut off");
    this.#at = start + length;
    if (huffman) return decodeHuffman(bytes, start, this.#at);
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("latin1");
  }

  /** An integer whose first bits share a byte with something else (RFC 7541 §5.1). */
  #integer(bytes: Uint8Array, mask: number): number {
    let value = (bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (this.#at >= this.#end) throw malformed("cut off");
      const byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > INTEGER_MAX) break;
      if (byte < 0x80) return value;
    }
    throw malformed("integer too large");
  }
}

function malformed(why: string): ConnectionError {
  return new ConnectionError(ERROR.compressionError, `header block: ${why}`);
}
