import { utf8Length, utf8Write } from "@quorate/core";

/** Writes jute into one growing buffer, several length-prefixed frames behind each other. */
export class JuteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far, as a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written and uses the memory again. */
  clear(): void {
    this.#length = 0;
  }

  /** Forgets what was written behind the first so many bytes. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Begins a frame; its length is filled in by {@link JuteWriter.endFrame}, which takes the answer. */
  beginFrame(): number {
    return this.#reserve(4);
  }

  endFrame(frame: number): void {
    writeInt(this.#bytes, frame, this.#length - frame - 4);
  }

  bool(value: boolean): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value ? 1 : 0;
    return this;
  }

  int(value: number): this {
    const at = this.#reserve(4); // first: it may move the bytes
    writeInt(this.#bytes, at, value);
    return this;
  }

  /** 64 bits of a safe integer. */
  long(value: number): this {
    const at = this.#reserve(8);
    writeInt(this.#bytes, at, Math.floor(value / 0x1_0000_0000));
    writeInt(this.#bytes, at + 4, value);
    return this;
  }

  buffer(value: Uint8Array | null): this {
    if (value === null) return this.int(-1);
    this.int(value.length);
    return this.raw(value);
  }

  ustring(value: string | null): this {
    if (value === null) return this.int(-1);
    const size = utf8Length(value);
    this.int(size);
    const at = this.#reserve(size);
    utf8Write(value, this.#bytes, at);
    return this;
  }

  /** Bytes that are jute already. */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length = needed;
    return at;
  }
}

/** The low 32 bits of a number, signed or not. */
function writeInt(bytes: Uint8Array, at: number, value: number): void {
  const word = value | 0;
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
