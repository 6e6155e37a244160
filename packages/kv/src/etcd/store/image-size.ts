import { changeBytes, TAIL_BYTES } from "./image-format.ts";
import type { PinnedChanges } from "./pinned-changes.ts";

/**
 * Tells how large an image becomes before any of it is written: a fold over the same changes, to be
 * taken in steps. Of a change it looks at nothing but its sizes.
 */
export class ImageSize {
  readonly #pinned: PinnedChanges;
  #bytes: number;
  #changes = 0;

  /** @param headBytes - of what stands before the changes */
  constructor(headBytes: number, pinned: PinnedChanges) {
    this.#pinned = pinned;
    this.#bytes = headBytes + TAIL_BYTES;
  }

  /** Bytes of the image, once {@link advance} has said that there is no more. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Changes in the image, likewise. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes in so many changes; answers whether there are more. */
  advance(changesMax: number): boolean {
    for (let left = changesMax; left > 0; left--) {
      const change = this.#pinned.next();
      if (change === null) return false;
      if (!change.outlives(this.#pinned.compacted)) continue;
      this.#bytes += changeBytes(change);
      this.#changes++;
    }
    return true;
  }
}
