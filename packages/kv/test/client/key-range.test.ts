import { expect, test } from "vitest";
import {
  allKeys,
  behind,
  between,
  fromKey,
  keyRangeOf,
  prefix,
  type KeyRange,
} from "../../src/client/key-range.ts";

const hex = ({ key, rangeEnd }: KeyRange): string =>
  [key, rangeEnd].map((bytes) => Buffer.from(bytes).toString("hex")).join(" ");

test.each([
  ["one key", keyRangeOf("a"), "61 "],
  ["bytes", keyRangeOf(Uint8Array.of(0xff)), "ff "],
  ["a range", keyRangeOf(between("a", "c")), "61 63"],
  ["a prefix", prefix("ab"), "6162 6163"],
  ["a prefix that ends with the last byte", prefix(Uint8Array.of(0x61, 0xff)), "61ff 62"],
  ["a prefix of last bytes only", prefix(Uint8Array.of(0xff, 0xff)), "ffff 00"],
  ["an empty prefix", prefix(""), "00 00"],
  ["a first key", fromKey("ä"), "c3a4 00"],
  ["an empty first key", fromKey(""), "00 00"],
  ["all keys", allKeys, "00 00"],
  ["what is behind a key", behind(prefix("a"), Buffer.from("ab")), "616200 62"],
])("%s", (_, range, expected) => {
  expect(hex(range)).toBe(expected);
});

test("a prefix does not share its memory with its end", () => {
  const start = Buffer.from("ab");
  const { rangeEnd } = prefix(start);
  start.fill(0);
  expect(Buffer.from(rangeEnd).toString()).toBe("ac");
});
