import { Prng } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { FrameSplitter } from "../../../src/zookeeper/codec/index.ts";
import { hex, toHex } from "../requests.ts";

const FRAMES = ["", "01", "0203", "04".repeat(300), "05"];

function stream(): Uint8Array {
  const length = (digits: string): string => (digits.length / 2).toString(16).padStart(8, "0");
  return hex(FRAMES.map((digits) => length(digits) + digits).join(""));
}

function frames(splitter: FrameSplitter): string[] {
  const found: string[] = [];
  for (let next = splitter.next(); next !== null; next = splitter.next()) found.push(toHex(next));
  return found;
}

describe("frames come out as they went in", () => {
  test.each([1, 2, 3, 4, 5, 7, 100, 1000])("in chunks of %i bytes", (size) => {
    const splitter = new FrameSplitter(1000);
    const found: string[] = [];
    const bytes = stream();
    for (let at = 0; at < bytes.length; at += size) {
      splitter.push(bytes.slice(at, at + size));
      found.push(...frames(splitter));
      expect(splitter.hasUnread).toBe(false);
    }
    expect(found).toEqual(FRAMES);
  });

  test("when chunks come before the last was looked at", () => {
    const splitter = new FrameSplitter(1000);
    const prng = new Prng(3);
    const bytes = stream();
    const found: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = prng.between(1, 50);
      splitter.push(bytes.slice(at, at + size));
      at += size;
      if (prng.chance(0.3)) {
        const next = splitter.next();
        if (next !== null) found.push(toHex(next));
      }
    }
    found.push(...frames(splitter));
    expect(found).toEqual(FRAMES);
  });

  test("also when the length was looked at first", () => {
    const splitter = new FrameSplitter(1000);
    splitter.push(hex("000000"));
    expect(splitter.peekLength()).toBe(null);
    splitter.push(hex("02 0a0b 00000001 0c"));
    expect(splitter.peekLength()).toBe(2);
    expect(splitter.peekLength()).toBe(2);
    expect(frames(splitter)).toEqual(["0a0b", "0c"]);
  });
});

describe("a length that is refused", () => {
  test.each(["000003e9", "ffffffff", "80000000", "7fffffff"])("%s", (digits) => {
    const splitter = new FrameSplitter(1000);
    splitter.push(hex(digits));
    expect(() => splitter.next()).toThrow(expect.objectContaining({ code: "ERR_LIMIT" }));
  });

  test("may be taken when the limit is raised", () => {
    const splitter = new FrameSplitter(1);
    splitter.bytesMax = 1000;
    splitter.push(hex(`000003e8${"07".repeat(1000)}`));
    expect(frames(splitter)).toEqual(["07".repeat(1000)]);
  });
});

test("a frame that comes byte by byte is not copied again for each of them", () => {
  const SIZE = 400_000;
  const splitter = new FrameSplitter(SIZE);
  splitter.push(hex(SIZE.toString(16).padStart(8, "0")));
  const byte = Uint8Array.of(7);
  for (let i = 0; i < SIZE - 1; i++) {
    splitter.push(byte);
    if (splitter.next() !== null) throw new Error("a frame before its end");
  }
  expect(splitter.begunBytes).toBe(4 + SIZE - 1);
  splitter.push(byte);
  expect(splitter.next()).toHaveLength(SIZE);
  expect(splitter.begunBytes).toBe(0);
});

test("a frame in one chunk is a view of it", () => {
  const splitter = new FrameSplitter(10);
  const chunk = hex("00000001 07");
  splitter.push(chunk);
  const frame = splitter.next();
  chunk[4] = 9;
  expect(frame).toEqual(Uint8Array.of(9));
});
