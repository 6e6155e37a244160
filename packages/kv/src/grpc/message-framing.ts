/** One byte of flags and four of length stand before every message. */
export const PREFIX_BYTES = 5;

/** Writes the prefix of an uncompressed message and returns the offset behind it. */
export function writePrefix(into: Uint8Array, at: number, length: number): number {
  into[at] = 0;
  into[at + 1] = length >>> 24;
  into[at + 2] = length >>> 16;
  into[at + 3] = length >>> 8;
  into[at + 4] = length;
  return at + PREFIX_BYTES;
}

/** The length in a prefix. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at + 1] as number) * 0x100_0000 +
    (((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 8) |
      (bytes[at + 4] as number))
  );
}

/** A message that arrives in pieces. */
export class PartialMessage {
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixLength = 0;
  #body: Uint8Array | null = null;
  #bodyLength = 0;

  /** The prefix once it is complete and the body is not begun, else null. */
  get prefix(): Uint8Array | null {
    return this.#prefixLength === PREFIX_BYTES && this.#body === null ? this.#prefix : null;
  }

  /** Makes room for the body, whose length was found acceptable. */
  allocate(length: number): void {
    this.#body = new Uint8Array(length);
  }

  /** Takes what belongs to the prefix, or to the body once there is room; returns the new offset. */
  take(bytes: Uint8Array, start: number, end: number): number {
    const into = this.#body ?? this.#prefix;
    const filled = this.#body === null ? this.#prefixLength : this.#bodyLength;
    const count = Math.min(into.length - filled, end - start);
    into.set(bytes.subarray(start, start + count), filled);
    if (this.#body === null) this.#prefixLength += count;
    else this.#bodyLength += count;
    return start + count;
  }

  /** The message when it is whole, else null. */
  get message(): Uint8Array | null {
    return this.#body !== null && this.#bodyLength === this.#body.length ? this.#body : null;
  }
}
