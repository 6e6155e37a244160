import { BoltWriter, type BoltBucket } from "../bolt/index.ts";

/** A database in pieces of one size, but for the last, to be made at any pace. */
export class DatabasePieces {
  readonly #writer: BoltWriter;
  readonly #pages: Generator<Uint8Array, undefined>;
  readonly #pieceBytes: number;
  /** Written and not yet given out. */
  #rest: Uint8Array = new Uint8Array(0);
  #given = 0;

  constructor(buckets: Iterable<BoltBucket>, pieceBytes: number) {
    this.#writer = new BoltWriter(buckets);
    this.#pages = this.#writer.write();
    this.#pieceBytes = pieceBytes;
  }

  /** Finds out how large it becomes, about so many items at a time; answers whether there are more. */
  measure(itemsMax: number): boolean {
    return this.#writer.plan(itemsMax);
  }

  /** Bytes that {@link next} has yet to give; once it is measured. */
  get left(): number {
    return this.#writer.bytes - this.#given;
  }

  /** The next piece, or null at the end. */
  next(): Uint8Array | null {
    const { left } = this;
    if (left === 0) return null;
    const piece = new Uint8Array(Math.min(this.#pieceBytes, left));
    for (let at = 0; at < piece.length;) {
      if (this.#rest.length === 0) this.#rest = this.#pages.next().value ?? this.#rest;
      const part = this.#rest.subarray(0, piece.length - at);
      piece.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#given += piece.length;
    return piece;
  }
}
