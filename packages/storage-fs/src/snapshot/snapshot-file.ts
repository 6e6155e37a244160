import {
  ByteReader,
  ByteWriter,
  QuorateError,
  readSnapshotMeta,
  writeSnapshotMeta,
  type SnapshotMeta,
} from "@quorate/core";
import { crc32 } from "node:zlib";
import { corrupt } from "../storage-error.ts";

/**
 * A snapshot file: head (magic, format, meta, checksum), content, then the table of its chunks'
 * lengths and checksums, then the footer. A file without a sound footer was never finished.
 */
const HEAD_MAGIC = 0x51534e50; // "QSNP"
const FOOT_MAGIC = 0x51534e45; // "QSNE"
const FORMAT = 1;

/** Bytes of the footer: content size 6, table size 4, table checksum 4, checksum of these 4, magic 4. */
export const FOOTER_BYTES = 22;

/** Bytes of the fixed part of the head: magic 4, format 4, meta size 4, checksum of these and the meta 4. */
export const HEAD_FIXED_BYTES = 16;

/** A piece of the content with a checksum of its own. */
export interface Chunk {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

export function encodeHead(meta: SnapshotMeta): Uint8Array {
  const writer = new ByteWriter(256);
  writeSnapshotMeta(writer, meta);
  const bytes = writer.finish();
  const fixed = new ByteWriter(12).u32(HEAD_MAGIC).u32(FORMAT).u32(bytes.length).finish();
  const head = new ByteWriter(HEAD_FIXED_BYTES + bytes.length).raw(fixed);
  return head
    .u32(crc32(bytes, crc32(fixed)))
    .raw(bytes)
    .finish();
}

/** Bytes of the whole head, of which the fixed part is given; not yet vouched for by a checksum. */
export function headBytes(path: string, fixed: Uint8Array): number {
  if (fixed.length < HEAD_FIXED_BYTES) throw corrupt(path, 0, "it is cut short");
  return HEAD_FIXED_BYTES + new ByteReader(fixed.subarray(8), `snapshot ${path}`).u32();
}

export function decodeHead(path: string, head: Uint8Array): SnapshotMeta {
  const reader = new ByteReader(head, `snapshot ${path}`);
  const magic = reader.u32();
  const format = reader.u32();
  reader.u32();
  const crc = reader.u32();
  const meta = reader.rest();
  const sound = magic === HEAD_MAGIC && crc === crc32(meta, crc32(head.subarray(0, 12)));
  if (!sound) throw corrupt(path, 0, "its head fails the checksum");
  if (format !== FORMAT) {
    throw new QuorateError(
      "ERR_STORAGE_VERSION",
      `${path} has format ${format}, which this version does not know: start the newer one`,
    );
  }
  return readSnapshotMeta(new ByteReader(meta, `snapshot ${path}`));
}

export function encodeTail(chunks: readonly Chunk[]): Uint8Array {
  const table = new ByteWriter(chunks.length * 8);
  let size = 0;
  for (const { length, crc } of chunks) {
    table.u32(length).u32(crc);
    size += length;
  }
  const bytes = table.finish();
  const sums = new ByteWriter(FOOTER_BYTES).u48(size).u32(bytes.length).u32(crc32(bytes)).finish();
  const tail = new ByteWriter(bytes.length + FOOTER_BYTES).raw(bytes).raw(sums);
  return tail.u32(crc32(sums)).u32(FOOT_MAGIC).finish();
}

/** What a sound footer says. */
export interface Footer {
  readonly contentBytes: number;
  readonly tableBytes: number;
  readonly tableCrc: number;
}

export function decodeFooter(path: string, fileBytes: number, footer: Uint8Array): Footer {
  const at = fileBytes - FOOTER_BYTES;
  if (footer.length < FOOTER_BYTES) throw corrupt(path, 0, "it is cut short");
  const reader = new ByteReader(footer, `snapshot ${path}`);
  const contentBytes = reader.u48();
  const tableBytes = reader.u32();
  const tableCrc = reader.u32();
  const sound = reader.u32() === crc32(footer.subarray(0, 14)) && reader.u32() === FOOT_MAGIC;
  if (!sound) throw corrupt(path, at, "its end is missing or damaged");
  return { contentBytes, tableBytes, tableCrc };
}

export function decodeTable(
  path: string,
  at: number,
  table: Uint8Array,
  crc: number,
): readonly Chunk[] {
  if (crc32(table) !== crc) throw corrupt(path, at, "its table fails the checksum");
  const reader = new ByteReader(table, `snapshot ${path}`);
  const chunks: Chunk[] = [];
  let offset = 0;
  while (reader.remaining > 0) {
    const length = reader.u32();
    chunks.push({ offset, length, crc: reader.u32() });
    offset += length;
  }
  return chunks;
}
