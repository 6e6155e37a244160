import { assert, type PinnedView } from "@quorate/core";
import { bodyBytes, encodeSnapshotHead, type SnapshotHead } from "./snapshot-head.ts";

/** What is read of the image at a time. */
const READ_BYTES = 64 * 1024;

/** A snapshot file without its hash, in pieces of one size but for the last. */
export class SnapshotBody {
  readonly #image: PinnedView;
  readonly #pieceBytes: number;
  /** Read and not yet given out. */
  #rest: Uint8Array;
  #imageLeft: number;
  #left: number;

  constructor(head: SnapshotHead, image: PinnedView, pieceBytes: number) {
    this.#image = image;
    this.#pieceBytes = pieceBytes;
    this.#rest = encodeSnapshotHead(head);
    this.#imageLeft = head.imageBytes;
    this.#left = bodyBytes(head);
  }

  /** Bytes that {@link next} has yet to give. */
  get left(): number {
    return this.#left;
  }

  /** The next piece, or null at the end. */
  next(): Uint8Array | null {
    if (this.#left === 0) return null;
    // Zeros, where the image ends before it.
    const piece = new Uint8Array(Math.min(this.#pieceBytes, this.#left));
    for (let at = 0; at < piece.length && this.#read();) {
      const part = this.#rest.subarray(0, piece.length - at);
      piece.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#left -= piece.length;
    return piece;
  }

  /** Sees to it that there is something to give out; answers whether there is. */
  #read(): boolean {
    if (this.#rest.length > 0) return true;
    const chunk = this.#image.read(READ_BYTES);
    this.#imageLeft -= chunk?.length ?? 0;
    assert(
      chunk === null ? this.#imageLeft === 0 : this.#imageLeft >= 0,
      "an image is as large as it was measured",
    );
    this.#rest = chunk ?? this.#rest;
    return chunk !== null;
  }
}
