import { expect, test } from "vitest";
import { FrameReader } from "../../src/zookeeper-client/frame-reader.ts";

const THIRD = "0000000278";
/** Two frames, one of them empty, and the beginning of a third. */
const STREAM = Buffer.from("0000000361626300000000" + THIRD, "hex");

test.each([1, 2, 3, 5, 8, 100])("frames arrive whole from pieces of %i bytes", (size) => {
  const reader = new FrameReader();
  const frames: string[] = [];
  for (let at = 0; at < STREAM.length; at += size) {
    reader.push(STREAM.subarray(at, at + size));
    for (let frame = reader.next(); frame !== null; frame = reader.next()) {
      frames.push(Buffer.from(frame).toString());
    }
  }
  expect(frames).toEqual(["abc", ""]);
  reader.push(Buffer.from("y"));
  expect(Buffer.from(reader.next() ?? []).toString()).toBe("xy");
});

test.each(["ffffffff", "04000001"])("a length that no answer has is refused: %s", (hex) => {
  const reader = new FrameReader();
  reader.push(Buffer.from(hex, "hex"));
  expect(() => reader.next()).toThrow(/an answer of -?\d+ bytes is impossible/);
});
