import { HEADER_TABLE_BYTES } from "../protocol.ts";
import { Field } from "./field.ts";
import { STATIC_FIELDS } from "./static-table.ts";

/** No field counts for less than 32 bytes. Power of two, so that positions wrap by a mask. */
const SLOTS = HEADER_TABLE_BYTES / 32;

/**
 * The static table and a decoder's dynamic table behind it (RFC 7541 §2.3), the dynamic part as a
 * ring.
 */
export class HeaderTable {
  readonly #ring: (Field | undefined)[] = [];
  #inserted = 0;
  #count = 0;
  #size = 0;
  #sizeMax = HEADER_TABLE_BYTES;
  #generation = 0;

  /** Changes whenever an index may have come to mean something else. */
  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#size;
  }

  /** The field at the index, or undefined. */
  at(index: number): Field | undefined {
    if (index <= STATIC_FIELDS.length) return STATIC_FIELDS[index - 1];
    const age = index - STATIC_FIELDS.length;
    if (age > this.#count) return undefined;
    return this.#ring[(this.#inserted - age) & (SLOTS - 1)];
  }

  /** Adds a field as the newest; one that is too large empties the table. */
  insert(field: Field): void {
    this.#generation++;
    this.#evict(this.#sizeMax - field.size);
    if (field.size > this.#sizeMax) return;
    this.#ring[this.#inserted & (SLOTS - 1)] = field;
    this.#inserted++;
    this.#count++;
    this.#size += field.size;
  }

  /** @param sizeMax - at most {@link HEADER_TABLE_BYTES} */
  resize(sizeMax: number): void {
    this.#generation++;
    this.#sizeMax = sizeMax;
    this.#evict(sizeMax);
  }

  #evict(sizeMax: number): void {
    while (this.#count > 0 && this.#size > sizeMax) {
      const slot = (this.#inserted - this.#count) & (SLOTS - 1);
      this.#size -= this.#ring[slot]?.size ?? 0;
      this.#ring[slot] = undefined;
      this.#count--;
    }
  }
}
