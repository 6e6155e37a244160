import { expect, test } from "vitest";
import { crc32c } from "../../src/codec/crc32c.ts";
import { utf8Encode } from "../../src/codec/utf8.ts";

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);

// RFC 3720, B.4, and the check value that every catalogue of checksums lists.
test.each([
  ["nothing", new Uint8Array(0), 0],
  ["digits", utf8Encode("123456789"), 0xe306_9283],
  ["zeros", new Uint8Array(32), 0x8a91_36aa],
  ["ones", new Uint8Array(32).fill(0xff), 0x62a8_ab43],
  ["ascending", ascending, 0x46dd_794e],
  ["descending", ascending.toReversed(), 0x113f_db5c],
])("of %s", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

/** By the definition: one bit at a time. */
function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return ~crc >>> 0;
}

test("of any number of bytes is what the definition says", () => {
  const noise = Uint8Array.from({ length: 70 }, (_, i) => Math.imul(i + 1, 0x9e37_79b1) >>> 24);
  for (let size = 0; size <= noise.length; size++) {
    expect(crc32c(noise.subarray(0, size))).toBe(bitByBit(noise.subarray(0, size)));
  }
});

test("continues from what came before", () => {
  for (let cut = 0; cut <= 32; cut++) {
    const first = crc32c(ascending.subarray(0, cut));
    expect(crc32c(ascending.subarray(cut), first)).toBe(0x46dd_794e);
  }
});

test("sees every single bit flip", () => {
  for (let bit = 0; bit < 256; bit++) {
    const flipped = ascending.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(crc32c(flipped)).not.toBe(0x46dd_794e);
  }
});
