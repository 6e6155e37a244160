/**
 * Jute as the sheet has it, written down anew: what is to be found out about the server must not
 * rest on its own codec. `~` in texts stands for a home, the place of one test in the tree.
 */
export class Out {
  readonly #home: string;
  readonly #parts: Buffer[] = [];

  constructor(home: string = "") {
    this.#home = home;
  }

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.raw(bytes);
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return this.raw(bytes);
  }

  bool(value: boolean): this {
    return this.raw(Buffer.of(value ? 1 : 0));
  }

  text(value: string | null): this {
    return this.buffer(value === null ? null : Buffer.from(value.replaceAll("~", this.#home)));
  }

  buffer(value: Uint8Array | null): this {
    return value === null ? this.int(-1) : this.int(value.length).raw(value);
  }

  /** Null: a length of -1. */
  vector<Item>(items: readonly Item[] | null, write: (item: Item) => void): this {
    this.int(items === null ? -1 : items.length);
    for (const item of items ?? []) write(item);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Reads what an {@link Out} writes. */
export class In {
  readonly #bytes: Buffer;
  readonly #home: string;
  #at = 0;

  constructor(bytes: Uint8Array, home: string = "") {
    this.#bytes = Buffer.from(bytes);
    this.#home = home;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int(): number {
    return this.raw(4).readInt32BE();
  }

  long(): bigint {
    return this.raw(8).readBigInt64BE();
  }

  bool(): boolean {
    return this.raw(1)[0] === 1;
  }

  text(): string {
    const text = this.buffer()?.toString() ?? "null";
    return this.#home === "" ? text : text.replaceAll(this.#home, "~");
  }

  buffer(): Buffer | null {
    const length = this.int();
    return length === -1 ? null : this.raw(length);
  }

  vector<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.int(); left > 0; left--) items.push(read());
    return items;
  }

  raw(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length !== length) throw new Error(`${length} bytes are not there`);
    this.#at += length;
    return bytes;
  }
}
