import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import { channelOf, controlFrame, FrameReader, frameHead } from "../src/frame.ts";

const parts = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(500).fill(7)];
const wire = Buffer.concat([
  frameHead(channelOf(3), parts),
  ...parts,
  frameHead(channelOf(0), []),
  controlFrame(new Uint8Array([1, 7])),
  frameHead(channelOf(70_000), parts),
  ...parts,
]);

type Found = [channel: number | "control", bytes: number];

function read(chunks: readonly Buffer[]): Found[] {
  const frames: Found[] = [];
  const found = (channel: number | "control", payload: Uint8Array): void => {
    if (payload.length > 0) expect([payload[0], payload.at(-1)]).toEqual([1, 7]);
    frames.push([channel, payload.length]);
  };
  const reader = new FrameReader(1000, {
    control: (message) => found("control", message),
    frame: found,
  });
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const WHOLE: Found[] = [
  [3, 503],
  [0, 0],
  ["control", 2],
  [70_000, 503],
];

test("frames come out whole, wherever the stream is cut", () => {
  expect(read([wire])).toEqual(WHOLE);
  for (let at = 0; at <= wire.length; at++) {
    expect(read([wire.subarray(0, at), wire.subarray(at)])).toEqual(WHOLE);
  }
  expect(read([...wire].map((byte) => Buffer.from([byte])))).toEqual(WHOLE);
});

const refuseAll = (): never => {
  throw new Error("a frame out of damaged bytes");
};
const NOTHING = { control: refuseAll, frame: refuseAll };

/** Whether the bytes are refused; if not, more is waited for. */
function isRefused(bytes: Buffer, bytesMax: number = 1000): boolean {
  try {
    new FrameReader(bytesMax, NOTHING).push(bytes);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_MALFORMED" });
    return true;
  }
}

test("any flipped bit is noticed", () => {
  for (const frame of [
    Buffer.concat([frameHead(channelOf(3), parts), ...parts]),
    controlFrame(new Uint8Array([1, 2, 3])),
  ]) {
    for (let byte = 0; byte < frame.length; byte++) {
      const damaged = Buffer.from(frame);
      damaged.writeUInt8(damaged.readUInt8(byte) ^ 0x10, byte);
      // A length that grew is waited for, and found out by the checksum of what comes next.
      if (byte >= 4) expect(isRefused(damaged)).toBe(true);
      else isRefused(damaged);
    }
  }
});

test("a frame that is too long is refused at its length, and the bound can be moved", () => {
  const head = frameHead(channelOf(0), [new Uint8Array(2000)]);
  expect(isRefused(Buffer.from(head.subarray(0, 8)))).toBe(true);
  let found = 0;
  const reader = new FrameReader(1000, {
    ...NOTHING,
    frame: (_, payload) => (found = payload.length),
  });
  reader.bytesMax = 2004;
  reader.push(Buffer.concat([head, new Uint8Array(2000)]));
  expect(found).toBe(2000);
});

test("a frame without a whole channel is refused", () => {
  const frame = controlFrame(new Uint8Array(0));
  frame[8] = 0;
  frame.set(Buffer.from([0xd2, 0x02, 0xef, 0x8d]), 4); // CRC-32 of one zero byte
  expect(() => new FrameReader(1000, NOTHING).push(Buffer.from(frame))).toThrow("of 1 bytes");
});

test("garbage is refused or waited for, never believed", () => {
  const prng = new Prng(1);
  let refused = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = Array.from({ length: prng.below(60) }, () => prng.below(256));
    if (isRefused(Buffer.from(bytes))) refused++;
  }
  expect(refused).toBeGreaterThan(1000);
});

test("no channel is taken for a control frame", () => {
  expect(() => channelOf(0xff000000)).toThrow("out of channels");
});
