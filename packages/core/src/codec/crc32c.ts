/** Bytes that are taken in one step, each with a table of its own: less than half the time. */
const STEP = 4;
const TABLES: Int32Array = buildTables();

function buildTables(): Int32Array {
  const tables = new Int32Array(256 * STEP);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
    tables[byte] = crc;
  }
  // The next table is for the byte before: a zero byte more is behind it.
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256] as number;
    tables[i] = (tables[crc & 0xff] as number) ^ (crc >>> 8);
  }
  return tables;
}

/** CRC-32C (Castagnoli) of the bytes, continuing from the checksum of what came before. */
export function crc32c(bytes: Uint8Array, before: number = 0): number {
  const size = bytes.length;
  const stepsEnd = size - (size % STEP);
  let crc = ~before;
  let at = 0;
  for (; at < stepsEnd; at += STEP) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (TABLES[768 + (crc & 0xff)] as number) ^
      (TABLES[512 + ((crc >>> 8) & 0xff)] as number) ^
      (TABLES[256 + ((crc >>> 16) & 0xff)] as number) ^
      (TABLES[crc >>> 24] as number);
  }
  for (; at < size; at++) {
    crc = (TABLES[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
