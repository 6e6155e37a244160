import { ByteWriter } from "@quorate/core";

const NULL_LENGTH = -1;

/** Writes jute, the encoding of ZooKeeper's records: fields in order, without tags. */
export class JuteWriter {
  readonly #writer = new ByteWriter();

  int(value: number): this {
    this.#writer.u32(value);
    return this;
  }

  /** All 64 bits are used: session ids, and zxids with a late epoch. */
  long(value: bigint): this {
    const unsigned = BigInt.asUintN(64, value);
    this.#writer.u32(Number(unsigned >> 32n)).u32(Number(BigInt.asUintN(32, unsigned)));
    return this;
  }

  bool(value: boolean): this {
    this.#writer.bool(value);
    return this;
  }

  /** Null and empty are different. */
  buffer(bytes: Uint8Array | null): this {
    if (bytes === null) this.int(NULL_LENGTH);
    else this.#writer.bytes(bytes);
    return this;
  }

  ustring(text: string): this {
    this.#writer.string(text);
    return this;
  }

  ustrings(texts: readonly string[]): this {
    this.int(texts.length);
    for (const text of texts) this.ustring(text);
    return this;
  }

  /** What another writer wrote. */
  raw(bytes: Uint8Array): this {
    this.#writer.raw(bytes);
    return this;
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}
