import { expect, test } from "vitest";
import { FrameReader } from "../../src/http2/frame-reader.ts";
import { frame } from "./wire.ts";

const FRAMES = [
  frame(0, 1, 1, [1, 2, 3]),
  frame(4, 0, 0),
  frame(200, 255, 0x7fff_ffff, new Uint8Array(300).fill(9)),
  frame(6, 0, 0x8000_0005, new Uint8Array(8)),
];
const WIRE = Buffer.concat(FRAMES);
const WHOLE = ["0 1 1 3:6", "4 0 0 0:0", "200 255 2147483647 300:2700", "6 0 5 8:0"];

function read(chunks: readonly Uint8Array[]): string[] {
  const frames: string[] = [];
  const reader = new FrameReader({
    frame: (type, flags, streamId, bytes, start, end) => {
      const sum = bytes.subarray(start, end).reduce((a, b) => a + b, 0);
      frames.push(`${type} ${flags} ${streamId} ${end - start}:${sum}`);
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

test("frames come out whole, wherever the bytes are cut", () => {
  expect(read([WIRE])).toEqual(WHOLE);
  for (let a = 0; a <= WIRE.length; a++) {
    expect(read([WIRE.subarray(0, a), WIRE.subarray(a)])).toEqual(WHOLE);
    const b = Math.min(a + 7, WIRE.length);
    expect(read([WIRE.subarray(0, a), WIRE.subarray(a, b), WIRE.subarray(b)])).toEqual(WHOLE);
  }
  expect(read([...WIRE].map((byte) => Uint8Array.of(byte)))).toEqual(WHOLE);
});

test("a frame within a chunk is not copied, one that spans chunks is copied once", () => {
  const buffers: ArrayBufferLike[] = [];
  const reader = new FrameReader({ frame: (...[, , , bytes]) => void buffers.push(bytes.buffer) });
  const chunk = new Uint8Array(WIRE);
  reader.push(chunk);
  expect(buffers.every((buffer) => buffer === chunk.buffer)).toBe(true);
  reader.push(chunk.subarray(0, 10));
  reader.push(chunk.subarray(10));
  expect(buffers[4]).not.toBe(chunk.buffer);
  expect(buffers[5]).toBe(chunk.buffer);
});

test.each([
  ["in one chunk", [frame(0, 0, 1, new Uint8Array(16_385))]],
  ["as soon as its length is known", [Uint8Array.of(0, 0x40), Uint8Array.of(1, 0, 0, 0, 0, 0, 1)]],
])("a frame of 16,385 bytes is refused, %s", (_, chunks) => {
  const error = expect.objectContaining({ name: "ConnectionError", code: 6 });
  expect(() => read(chunks)).toThrow(error);
  expect(read([frame(0, 0, 1, new Uint8Array(16_384))])).toEqual(["0 0 1 16384:0"]);
});
