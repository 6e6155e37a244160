import { ByteWriter, crc32c, type PinnedView } from "@quorate/core";
import { IMAGE_FORMAT, writeChange } from "./image-format.ts";
import type { PinnedChanges } from "./pinned-changes.ts";

/** Everything that the state machine holds, as a snapshot is made of it. */
export interface StateImage {
  readonly revision: number;
  readonly changes: PinnedChanges;
  /** Announced attributes of members, each as it came. */
  readonly members: readonly Uint8Array[];
}

/** The first chunk may be the only one, and small. */
const FIRST_CHUNK_BYTES = 4 * 1024;

/** By how much a chunk usually becomes larger than asked for: its last change is written whole. */
const EXCESS_BYTES = 4 * 1024;

/** Writes an image out in chunks. Equal states give equal bytes, whatever they have yet to forget. */
export class ImageView implements PinnedView {
  /** Null when it was written out, or is not wanted any more. */
  #image: StateImage | null;
  #begun = false;
  #crc = 0;

  constructor(image: StateImage) {
    this.#image = image;
  }

  read(bytesMax: number): Uint8Array | null {
    const image = this.#image;
    if (image === null) return null;
    const writer = new ByteWriter(this.#begun ? bytesMax + EXCESS_BYTES : FIRST_CHUNK_BYTES);
    if (!this.#begun) writeHead(writer, image);
    this.#begun = true;
    let hasMore = true;
    while (hasMore && writer.length < bytesMax) hasMore = writeNext(writer, image.changes);
    const bytes = writer.finish();
    this.#crc = crc32c(bytes, this.#crc);
    if (hasMore) return bytes;
    this.#image = null;
    return writer.u32(this.#crc).finish();
  }

  release(): void {
    this.#image = null;
  }
}

function writeHead(writer: ByteWriter, { revision, changes, members }: StateImage): void {
  writer.u32(IMAGE_FORMAT).u48(revision).u48(changes.compacted).u32(members.length);
  for (const member of members) writer.bytes(member);
}

/** Answers whether there is more. */
function writeNext(writer: ByteWriter, changes: PinnedChanges): boolean {
  const change = changes.next();
  if (change === null) writer.u32(0);
  else if (change.outlives(changes.compacted)) writeChange(writer, change);
  return change !== null;
}
