import { describe, expect, test } from "vitest";
import { keyRange, type KeyArguments } from "../../src/keys/key-range.ts";
import { bytesField } from "../../src/keys/printable.ts";

const NONE: Omit<KeyArguments, "key"> = { end: undefined, prefix: false, fromKey: false };

function range(key: string, how: Partial<typeof NONE> = {}): readonly string[] {
  const { key: begin, rangeEnd } = keyRange({ ...NONE, ...how, key });
  return [Buffer.from(begin).toString("latin1"), Buffer.from(rangeEnd).toString("latin1")];
}

describe("what get and del work on", () => {
  test.each([
    ["one key", range("a"), ["a", ""]],
    ["up to an end", range("a", { end: "c" }), ["a", "c"]],
    ["a prefix", range("ab", { prefix: true }), ["ab", "ac"]],
    ["from a key on", range("ab", { fromKey: true }), ["ab", "\0"]],
    ["everything by prefix", range("", { prefix: true }), ["\0", "\0"]],
    ["everything from a key on", range("", { fromKey: true }), ["\0", "\0"]],
  ])("%s", (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });

  test("contradictions are refused", () => {
    expect(() => range("a", { prefix: true, fromKey: true })).toThrow(/exclude each other/);
    expect(() => range("a", { end: "b", prefix: true })).toThrow(/exclude each other/);
    expect(() => range("")).toThrow(/the key is empty/);
  });
});

test("bytes that are not text are printed as base64", () => {
  expect(bytesField("value", Buffer.from("grüß"))).toEqual({ value: "grüß" });
  expect(bytesField("value", new Uint8Array([0xff, 0]))).toEqual({ value_base64: "/wA=" });
});
