import { describe, expect, test } from "vitest";
import { ByteReader } from "../../src/codec/byte-reader.ts";
import { ByteWriter } from "../../src/codec/byte-writer.ts";

const MALFORMED = expect.objectContaining({ code: "ERR_MALFORMED" });

function write(): Uint8Array {
  return new ByteWriter(1)
    .u8(255)
    .bool(true)
    .bool(false)
    .u32(0xffff_fffe)
    .u48(2 ** 48 - 1)
    .u48(5)
    .string("é😀")
    .bytes(new Uint8Array([1, 2, 3]))
    .u32(2)
    .raw(new Uint8Array([9, 8]))
    .finish();
}

function read(bytes: Uint8Array): unknown[] {
  const reader = new ByteReader(bytes, "thing");
  const fields = [
    reader.u8(),
    reader.bool(),
    reader.bool(),
    reader.u32(),
    reader.u48(),
    reader.u48(),
    reader.string(),
    [...reader.bytes()],
    reader.count(1),
    [...reader.raw(2)],
  ];
  reader.end();
  return fields;
}

test("gives back what was written, though the buffer had to grow", () => {
  const expected = [255, true, false, 0xffff_fffe, 2 ** 48 - 1, 5, "é😀", [1, 2, 3], 2, [9, 8]];
  expect(read(write())).toEqual(expected);
});

test("reads from the middle of a larger buffer", () => {
  const bytes = write();
  const larger = new Uint8Array(bytes.length + 20).fill(7);
  larger.set(bytes, 10);
  expect(read(larger.subarray(10, 10 + bytes.length))).toEqual(read(bytes));
});

test("refuses every truncation, and bytes behind the end", () => {
  const bytes = write();
  for (let size = 0; size < bytes.length; size++) {
    expect(() => read(bytes.subarray(0, size)), `${size} bytes`).toThrow(MALFORMED);
  }
  expect(() => read(Uint8Array.from([...bytes, 0]))).toThrow(MALFORMED);
});

describe("refuses", () => {
  test("a boolean that is neither", () => {
    expect(() => new ByteReader(new Uint8Array([2]), "x").bool()).toThrow(MALFORMED);
  });

  test("lengths that cannot be there, before anything is allocated", () => {
    const huge = new Uint8Array([0xff, 0xff, 0xff, 0xff, 1]);
    expect(() => new ByteReader(huge, "x").bytes()).toThrow(MALFORMED);
    expect(() => new ByteReader(huge, "x").string()).toThrow(MALFORMED);
    expect(() => new ByteReader(huge, "x").count(1)).toThrow(MALFORMED);
    const two = new Uint8Array([0, 0, 0, 2, 0, 0, 0]);
    expect(() => new ByteReader(two, "x").count(2)).toThrow(MALFORMED);
    expect(new ByteReader(two, "x").count(1)).toBe(2);
  });

  test("to write what does not fit 48 bits", () => {
    expect(() => new ByteWriter().u48(2 ** 48)).toThrow();
    expect(() => new ByteWriter().u48(-1)).toThrow();
  });
});

test("names the thing and the place", () => {
  const reader = new ByteReader(new Uint8Array([1, 2]), "letter");
  reader.u8();
  expect(() => reader.u32()).toThrow("malformed letter at byte 1: 4 bytes wanted, 1 left");
});
