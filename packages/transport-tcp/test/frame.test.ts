import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { FrameReader, frameHead } from "../src/frame.ts";

const parts = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(500).fill(7)];
const wire = Buffer.concat([
  frameHead(3, parts),
  ...parts,
  frameHead(0, []),
  frameHead(9, parts),
  ...parts,
]);

function read(chunks: readonly Buffer[]): [number, number][] {
  const frames: [number, number][] = [];
  const reader = new FrameReader(1000, (channel, payload) => {
    if (payload.length > 0) expect([payload[0], payload.at(-1)]).toEqual([1, 7]);
    frames.push([channel, payload.length]);
  });
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const WHOLE: [number, number][] = [
  [3, 503],
  [0, 0],
  [9, 503],
];

test("frames come out whole, wherever the stream is cut", () => {
  expect(read([wire])).toEqual(WHOLE);
  for (let at = 0; at <= wire.length; at++) {
    expect(read([wire.subarray(0, at), wire.subarray(at)])).toEqual(WHOLE);
  }
  expect(read([...wire].map((byte) => Buffer.from([byte])))).toEqual(WHOLE);
});

test("any flipped bit is noticed, and nothing is allocated for an impossible length", () => {
  const frame = Buffer.concat([frameHead(3, parts), ...parts]);
  for (let byte = 0; byte < frame.length; byte++) {
    const damaged = Buffer.from(frame);
    damaged.writeUInt8(damaged.readUInt8(byte) ^ 0x10, byte);
    let frames = 0;
    const reader = new FrameReader(1000, () => frames++);
    try {
      reader.push(damaged);
    } catch {
      // Refused: as good as never complete.
    }
    expect(frames).toBe(0);
  }
});

test("garbage is refused or waited for, never believed", () => {
  const prng = new Prng(1);
  for (let round = 0; round < 2000; round++) {
    const garbage = Buffer.from(Array.from({ length: prng.below(60) }, () => prng.below(256)));
    const reader = new FrameReader(1000, () => {
      throw new Error("a frame out of garbage");
    });
    expect(() => {
      try {
        reader.push(garbage);
      } catch (error) {
        if (!String(error).includes("cannot be") && !String(error).includes("checksum"))
          throw error;
      }
    }).not.toThrow();
  }
});
