import { ByteReader, ByteWriter, type Position } from "@quorate/core";
import { crc32 } from "node:zlib";

/** Bytes of a segment file unless one group needs more: filled with zeros before it is used. */
export const SEGMENT_BYTES: number = 16 * 1024 * 1024;

/** Bytes of the head: what is before the first group. */
export const SEGMENT_HEAD_BYTES = 64;

const MAGIC = 0x5157414c; // "QWAL"
const FORMAT = 1;

/** Written together with the first group of a segment. */
export interface SegmentHead {
  readonly number: number;
  /** Number of its first group. */
  readonly firstGroup: number;
  /** Where the segment before ended: a shorter one has lost groups. 0 for the first. */
  readonly previousEnd: number;
  /** The log's last position when the segment began. */
  readonly base: Position;
}

export function segmentName(number: number): string {
  return `${number.toString().padStart(10, "0")}.wal`;
}

export function segmentNumber(name: string): number | null {
  const match = /^(\d{10})\.wal$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function encodeSegmentHead(head: SegmentHead): Uint8Array {
  const writer = new ByteWriter(SEGMENT_HEAD_BYTES).u32(MAGIC).u32(FORMAT);
  writer.u48(head.number).u48(head.firstGroup).u48(head.previousEnd);
  writer.u48(head.base.term).u48(head.base.index);
  writer.raw(new Uint8Array(SEGMENT_HEAD_BYTES - 4 - writer.length));
  return writer.u32(crc32(writer.finish())).finish();
}

/** What the beginning of a segment file says: a head, nothing yet, a newer format, or nonsense. */
export type SegmentStart =
  | { readonly kind: "head"; readonly head: SegmentHead }
  | { readonly kind: "blank" }
  | { readonly kind: "newer"; readonly format: number }
  | { readonly kind: "damaged" };

export function readSegmentHead(bytes: Uint8Array): SegmentStart {
  const start = bytes.subarray(0, SEGMENT_HEAD_BYTES);
  if (start.every((byte) => byte === 0)) return { kind: "blank" };
  if (start.length < SEGMENT_HEAD_BYTES) return { kind: "damaged" };
  const reader = new ByteReader(start, "segment head");
  const magic = reader.u32();
  const format = reader.u32();
  const numbers = [reader.u48(), reader.u48(), reader.u48(), reader.u48(), reader.u48()] as const;
  const [number, firstGroup, previousEnd, term, index] = numbers;
  reader.raw(SEGMENT_HEAD_BYTES - 4 - reader.offset);
  const sound = reader.u32() === crc32(start.subarray(0, SEGMENT_HEAD_BYTES - 4));
  if (magic !== MAGIC || !sound) return { kind: "damaged" };
  if (format !== FORMAT) return { kind: "newer", format };
  return { kind: "head", head: { number, firstGroup, previousEnd, base: { term, index } } };
}
