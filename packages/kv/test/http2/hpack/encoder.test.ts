import { describe, expect, test } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.ts";
import {
  encodeField,
  encodeStatus,
  HpackEncoder,
  prepareBlock,
  SharedField,
  type PreparedBlock,
} from "../../../src/http2/hpack/encoder.ts";

// "content-type" is a name of the static table, the other is none.
const TYPE = new SharedField("content-type", "application/grpc");
const STATUS = new SharedField("grpc-status", "0");
const HEAD = prepareBlock([encodeStatus(200), TYPE]);
const TRAILERS = prepareBlock([STATUS]);
const LONG = prepareBlock([encodeStatus(429), encodeField("x", "y".repeat(5000)), TYPE, STATUS]);

const TYPE_LINE = "content-type: application/grpc";
const FIELDS: ReadonlyMap<PreparedBlock, readonly string[]> = new Map([
  [HEAD, [":status: 200", TYPE_LINE]],
  [TRAILERS, ["grpc-status: 0"]],
  [LONG, [":status: 429", `x: ${"y".repeat(5000)}`, TYPE_LINE, "grpc-status: 0"]],
]);

/** An encoder and the peer's decoder behind it. */
class Link {
  readonly encoder = new HpackEncoder();
  readonly decoder = new HpackDecoder();

  /** Writes the block into exactly the room that it asks for. */
  write(block: PreparedBlock): { readonly bytes: Uint8Array; readonly fields: string[] } {
    const into = new Uint8Array(7 + block.bytesMax);
    const end = this.encoder.write(block, into, 7);
    expect(end).toBeLessThanOrEqual(into.length);
    const fields: string[] = [];
    this.decoder.decode(into, 7, end, {
      field: ({ name, value }) => fields.push(`${name}: ${value}`),
    });
    return { bytes: into.subarray(7, end), fields };
  }
}

describe.each([
  ["with a table", []],
  ["with a larger table", [65_536]],
  ["without a table", [0]],
  ["with a table too small", [4095]],
  ["with a table that was away", [0, 4096]],
])("%s", (_, sizes) => {
  test.each([
    ["one after the other", [HEAD, TRAILERS, HEAD, TRAILERS]],
    ["in another order", [TRAILERS, LONG, HEAD, LONG]],
    ["the longest first", [LONG, LONG]],
  ])("blocks mean what they should and fit their room, %s", (_order, blocks) => {
    const link = new Link();
    for (const size of sizes) link.encoder.limitTable(size);
    for (const block of blocks) expect(link.write(block).fields).toEqual(FIELDS.get(block));
  });
});

test("a shared field takes one byte once the peer knows it", () => {
  const link = new Link();
  link.write(HEAD);
  link.write(TRAILERS);
  expect(link.write(HEAD).bytes).toHaveLength(2);
  expect(link.write(TRAILERS).bytes).toHaveLength(1);
  expect(link.decoder.tableSize).toBe(TYPE.size + STATUS.size);
});

test("a table that the peer takes away is given up in the next block, and in no other", () => {
  const link = new Link();
  link.write(HEAD);
  link.encoder.limitTable(100);
  link.encoder.limitTable(0);
  expect(link.write(HEAD).bytes[0]).toBe(0x20);
  expect(link.decoder.tableSize).toBe(0);
  expect(link.write(HEAD).bytes[0]).toBe(0x88);
  expect(link.decoder.tableSize).toBe(0);
});

test.each([
  [100, ":status: 100"],
  [200, ":status: 200"],
  [404, ":status: 404"],
  [431, ":status: 431"],
])("status %i", (status, line) => {
  expect(new Link().write(prepareBlock([encodeStatus(status)])).fields).toEqual([line]);
});

test.each([126, 127, 128, 254, 255, 16_000])("a value of %i bytes", (length) => {
  const value = "v".repeat(length);
  const { fields } = new Link().write(prepareBlock([encodeField("name", value)]));
  expect(fields).toEqual([`name: ${value}`]);
});

test("a block that fits no frame cannot be prepared", () => {
  expect(() => prepareBlock([encodeField("x", "y".repeat(16_384))])).toThrow("fits one frame");
});

test("more shared fields than one byte can tell apart are refused", () => {
  const link = new Link();
  const fields = Array.from({ length: 65 }, (_, i) => new SharedField(`n${i}`, "v"));
  for (const field of fields) link.write(prepareBlock([field]));
  for (const [i, field] of fields.entries()) {
    expect(link.write(prepareBlock([field])).fields).toEqual([`n${i}: v`]);
  }
  const more = prepareBlock([new SharedField("one more", "v")]);
  expect(() => link.write(more)).toThrow("one-byte indices");
});
