import { ByteReader, utf8Decode } from "@quorate/core";

/**
 * Reads jute, the encoding of ZooKeeper's records: fields in order, without tags.
 *
 * @throws `ERR_MALFORMED` from every method when the bytes end early or hold an impossible value
 */
export class JuteReader {
  readonly #reader: ByteReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new ByteReader(bytes, "answer of a ZooKeeper server");
  }

  int(): number {
    return this.#reader.u32() | 0;
  }

  /** All 64 bits are used: session ids, and zxids with a late epoch. */
  long(): bigint {
    const high = BigInt(this.#reader.u32());
    return BigInt.asIntN(64, (high << 32n) | BigInt(this.#reader.u32()));
  }

  /** Null and empty are different. */
  buffer(): Uint8Array | null {
    const length = this.int();
    if (length === -1) return null;
    if (length < 0) throw this.#reader.malformed(`${length} bytes cannot follow`);
    return this.#reader.raw(length);
  }

  ustring(): string {
    return utf8Decode(this.buffer() ?? new Uint8Array());
  }

  bool(): boolean {
    return this.#reader.bool();
  }

  ustrings(): string[] {
    return this.vector(LENGTH_BYTES, () => this.ustring());
  }

  /** So many records as a number in front of them says, each of at least that size. */
  vector<Item>(bytesEach: number, readItem: () => Item): Item[] {
    const count = this.int();
    // So that a false count costs nothing.
    if (count * bytesEach > this.#reader.remaining) {
      throw this.#reader.malformed(`${count} records cannot follow`);
    }
    const items: Item[] = [];
    for (let left = count; left > 0; left--) items.push(readItem());
    return items;
  }
}

const LENGTH_BYTES = 4;
