import { Prng, QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { JuteReader, JuteWriter } from "../../../src/zookeeper/codec/index.ts";
import { bytes, hex, toHex } from "../requests.ts";

const written = (write: (writer: JuteWriter) => unknown): string => {
  const writer = new JuteWriter(1);
  write(writer);
  return toHex(writer.finish());
};

describe("every primitive has its bytes", () => {
  test.each([
    ["int", (w: JuteWriter) => w.int(258), "00000102"],
    ["int -1", (w: JuteWriter) => w.int(-1), "ffffffff"],
    ["int min", (w: JuteWriter) => w.int(-0x8000_0000), "80000000"],
    ["long", (w: JuteWriter) => w.long(0x1_0000_0002), "0000000100000002"],
    ["long of 2^53 - 1", (w: JuteWriter) => w.long(Number.MAX_SAFE_INTEGER), "001fffffffffffff"],
    ["long -1", (w: JuteWriter) => w.long(-1), "ffffffffffffffff"],
    ["long of a time", (w: JuteWriter) => w.long(1_700_000_000_123), "0000018bcfe5687b"],
    ["true", (w: JuteWriter) => w.bool(true), "01"],
    ["false", (w: JuteWriter) => w.bool(false), "00"],
    ["buffer", (w: JuteWriter) => w.buffer(hex("0aff")), "00000002 0aff"],
    ["empty buffer", (w: JuteWriter) => w.buffer(new Uint8Array(0)), "00000000"],
    ["null buffer", (w: JuteWriter) => w.buffer(null), "ffffffff"],
    ["ustring", (w: JuteWriter) => w.ustring("/aé"), "00000004 2f61c3a9"],
    ["empty ustring", (w: JuteWriter) => w.ustring(""), "00000000"],
    ["null ustring", (w: JuteWriter) => w.ustring(null), "ffffffff"],
  ])("%s", (_, write, expected) => {
    expect(written(write)).toBe(expected.replaceAll(" ", ""));
  });

  test("and is read back from them", () => {
    const reader = new JuteReader(
      hex("ff 80000000 0000000100000002 00000001 07 ffffffff 00000003 e282ac ffffffff 01 00"),
      1,
    );
    expect(reader.int()).toBe(-0x8000_0000);
    expect(reader.long()).toBe(0x1_0000_0002);
    expect(reader.buffer()).toEqual(hex("07"));
    expect(reader.buffer()).toBe(null);
    expect(reader.text()).toBe("€");
    expect(reader.ustring()).toBe(null);
    expect([reader.bool(), reader.bool()]).toEqual([true, false]);
    expect(reader.remaining).toBe(0);
  });
});

test("frames are prefixed with their length, one behind the other", () => {
  const writer = new JuteWriter(1);
  for (const value of [1, 2]) {
    const frame = writer.beginFrame();
    writer.int(value).bool(true);
    writer.endFrame(frame);
  }
  expect(toHex(writer.finish())).toBe(
    "00000005 00000001 01 00000005 00000002 01".replaceAll(" ", ""),
  );
  writer.clear();
  expect(writer.length).toBe(0);
});

describe("what is not jute is refused before anything is made of it", () => {
  test.each([
    ["an int that is cut off", (r: JuteReader) => r.int(), "000000"],
    ["a long that is cut off", (r: JuteReader) => r.long(), "00000000000000"],
    ["a bool that is not there", (r: JuteReader) => r.bool(), ""],
    ["a buffer longer than what is left", (r: JuteReader) => r.buffer(), "00000003 0000"],
    ["a buffer of 2 GiB", (r: JuteReader) => r.buffer(), "7fffffff 00"],
    ["a buffer of length -2", (r: JuteReader) => r.buffer(), "fffffffe"],
    ["a string of length -2", (r: JuteReader) => r.ustring(), "fffffffe"],
    ["a null string where there must be one", (r: JuteReader) => r.text(), "ffffffff"],
    ["a count of items that cannot be there", (r: JuteReader) => r.count(12), "00000002 0000"],
    ["a count of -2", (r: JuteReader) => r.count(1), "fffffffe"],
  ])("%s", (_, read, digits) => {
    expect(() => read(new JuteReader(hex(digits)))).toThrow(
      expect.objectContaining({ code: "ERR_MALFORMED" }),
    );
  });

  test("random bytes are read or refused, and nothing else", () => {
    const prng = new Prng(7);
    const reads = [
      (r: JuteReader) => r.int(),
      (r: JuteReader) => r.long(),
      (r: JuteReader) => r.bool(),
      (r: JuteReader) => r.buffer(),
      (r: JuteReader) => r.ustring(),
      (r: JuteReader) => r.count(4),
    ];
    for (let i = 0; i < 3000; i++) {
      const data = Uint8Array.from({ length: prng.below(20) }, () => prng.pick([0, 0, 0, 1, 255]));
      const reader = new JuteReader(data);
      try {
        for (;;) prng.pick(reads)(reader);
      } catch (error) {
        expect(error).toBeInstanceOf(QuorateError);
      }
    }
  });
});

test("a null vector is told from an empty one", () => {
  expect(new JuteReader(hex("ffffffff")).count(4)).toBe(null);
  expect(new JuteReader(hex("00000000")).count(4)).toBe(0);
});

test("a buffer is a view, not a copy", () => {
  const data = Uint8Array.of(0, 0, 0, 1, 7);
  const view = new JuteReader(data).buffer();
  data[4] = 8;
  expect(view).toEqual(Uint8Array.of(8));
  expect(bytes("x")).toEqual(Uint8Array.of(0x78));
});
