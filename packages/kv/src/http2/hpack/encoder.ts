import { assert } from "@quorate/core";
import { FRAME_BYTES_MAX, HEADER_TABLE_BYTES } from "../protocol.ts";
import { STATIC_FIELDS } from "./static-table.ts";

/** A field that is sent so often that it is worth a place in the peer's dynamic table. */
export class SharedField {
  readonly size: number;
  /** As a literal that the peer adds to its table. */
  readonly adding: Uint8Array;
  /** As a literal that leaves the table alone. */
  readonly plain: Uint8Array;

  constructor(name: string, value: string) {
    this.size = name.length + value.length + 32;
    this.adding = encodeLiteral(name, value, 0x40, 0x3f);
    this.plain = encodeLiteral(name, value, 0, 0x0f);
  }
}

/** A header block encoded ahead of time, except for what depends on the connection. */
export interface PreparedBlock {
  readonly parts: readonly (Uint8Array | SharedField)[];
  readonly bytesMax: number;
}

/** Prepares a block from fields given as encoded bytes or as shared fields. It must fit one frame. */
export function prepareBlock(parts: readonly (Uint8Array | SharedField)[]): PreparedBlock {
  // One byte more for a change of the table's size.
  let bytesMax = 1;
  for (const part of parts) {
    // The index of a name takes one byte more where fewer bits are left for it.
    const shared = part instanceof SharedField;
    bytesMax += shared ? Math.max(part.adding.length, part.plain.length) : part.length;
  }
  assert(bytesMax <= FRAME_BYTES_MAX, "a header block fits one frame");
  return { parts, bytesMax };
}

/** A field as a literal that no table remembers. Characters are bytes. */
export function encodeField(name: string, value: string): Uint8Array {
  return encodeLiteral(name, value, 0, 0x0f);
}

/** `:status`, which has to come first. */
export function encodeStatus(status: number): Uint8Array {
  const text = String(status);
  const index = STATIC_FIELDS.findIndex((field) => {
    return field.name === ":status" && field.value === text;
  });
  return index < 0 ? encodeField(":status", text) : Uint8Array.of(0x81 + index);
}

/** As many as have an index that fits the first byte of a field. */
const SHARED_FIELDS_MAX = 0x7e - STATIC_FIELDS.length;

/**
 * Writes prepared blocks; one for each connection. It never makes the peer's table evict anything,
 * so that every shared field has one fixed place after its first use.
 */
export class HpackEncoder {
  readonly #places = new Map<SharedField, number>();
  #tableBytes = 0;
  #table: "used" | "given up" | "not used" = "used";

  /** The peer's setting. Less than the default is not worth the trouble: no table then. */
  limitTable(sizeMax: number): void {
    if (sizeMax < HEADER_TABLE_BYTES && this.#table === "used") this.#table = "given up";
  }

  /** Writes the block at the offset and returns the offset behind it. */
  write(block: PreparedBlock, into: Uint8Array, offset: number): number {
    let at = offset;
    if (this.#table === "given up") {
      into[at++] = 0x20;
      this.#table = "not used";
    }
    for (const part of block.parts) {
      if (part instanceof SharedField) at = this.#writeShared(part, into, at);
      else at = copy(part, into, at);
    }
    return at;
  }

  #writeShared(field: SharedField, into: Uint8Array, at: number): number {
    if (this.#table !== "used") return copy(field.plain, into, at);
    const place = this.#places.get(field);
    if (place !== undefined) {
      into[at] = 0x80 + STATIC_FIELDS.length + this.#places.size - place;
      return at + 1;
    }
    this.#tableBytes += field.size;
    assert(this.#tableBytes <= HEADER_TABLE_BYTES, "shared header fields fit the table");
    assert(this.#places.size < SHARED_FIELDS_MAX, "shared header fields have one-byte indices");
    this.#places.set(field, this.#places.size);
    return copy(field.adding, into, at);
  }
}

/** For a dozen bytes a loop is faster than `set`. */
function copy(from: Uint8Array, into: Uint8Array, at: number): number {
  for (let i = 0; i < from.length; i++) into[at + i] = from[i] as number;
  return at + from.length;
}

function encodeLiteral(name: string, value: string, lead: number, mask: number): Uint8Array {
  const bytes: number[] = [];
  const index = STATIC_FIELDS.findIndex((field) => field.name === name) + 1;
  pushInteger(bytes, index, lead, mask);
  if (index === 0) pushString(bytes, name);
  pushString(bytes, value);
  return Uint8Array.from(bytes);
}

function pushString(bytes: number[], text: string): void {
  pushInteger(bytes, text.length, 0, 0x7f);
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
}

function pushInteger(bytes: number[], value: number, lead: number, mask: number): void {
  if (value < mask) {
    bytes.push(lead | value);
    return;
  }
  bytes.push(lead | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}
