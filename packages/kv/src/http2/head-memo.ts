/** What a header block meant when it was decoded. */
export interface KnownHead<Route> {
  readonly route: Route;
  readonly contentLength: number;
}

interface Slot<Route> {
  readonly generation: number;
  readonly bytes: Uint8Array;
  readonly known: KnownHead<Route>;
}

/** Power of two. */
const SLOTS = 32;
const BYTES_MAX = 256;

/**
 * Remembers header blocks by their bytes: a client that calls the same methods again sends the same
 * blocks again. Holds only blocks that left the decoder's table as it was, and an entry counts only
 * while that table's generation is the same.
 */
export class HeadMemo<Route> {
  readonly #slots: (Slot<Route> | undefined)[] = [];

  find(
    bytes: Uint8Array,
    start: number,
    end: number,
    generation: number,
  ): KnownHead<Route> | undefined {
    const length = end - start;
    if (length > BYTES_MAX) return undefined;
    const slot = this.#slots[slotOf(bytes, start, end)];
    if (slot === undefined || slot.generation !== generation) return undefined;
    if (slot.bytes.length !== length) return undefined;
    for (let i = 0; i < length; i++) if (slot.bytes[i] !== bytes[start + i]) return undefined;
    return slot.known;
  }

  keep(
    bytes: Uint8Array,
    start: number,
    end: number,
    generation: number,
    known: KnownHead<Route>,
  ): void {
    if (end - start > BYTES_MAX) return;
    const copy = Uint8Array.prototype.slice.call(bytes, start, end);
    this.#slots[slotOf(bytes, start, end)] = { generation, bytes: copy, known };
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
