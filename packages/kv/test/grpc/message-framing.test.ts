import { describe, expect, test } from "vitest";
import { PartialMessage, readLength, writePrefix } from "../../src/grpc/message-framing.ts";

test.each([0, 1, 255, 256, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
  "a prefix says a length of %i",
  (length) => {
    const bytes = new Uint8Array(9).fill(0xee);
    expect(writePrefix(bytes, 2, length)).toBe(7);
    expect(readLength(bytes, 2)).toBe(length);
    expect([bytes[1], bytes[2], bytes[7]]).toEqual([0xee, 0, 0xee]);
  },
);

describe("a message in pieces", () => {
  const prefixed = (length: number): PartialMessage => {
    const prefix = new Uint8Array(5);
    writePrefix(prefix, 0, length);
    const partial = new PartialMessage();
    for (let at = 0; at < 5; at++) {
      expect(partial.flag).toBeNull();
      expect(partial.takePrefix(prefix, at, at + 1)).toBe(at + 1);
    }
    expect(partial.flag).toBe(0);
    return partial;
  };

  test.each([0, 1, 5, 16_384, 16_385, 100_000])("of %i bytes is what was sent", (length) => {
    const body = Uint8Array.from({ length }, (_, i) => i % 251);
    for (const step of [1, 7, 16_384]) {
      if (length / step > 20_000) continue;
      const partial = prefixed(length);
      for (let at = 0; at < length; at += step) {
        partial.take(body, at, Math.min(at + step, length));
        expect(partial.missing).toBe(Math.max(0, length - at - step));
      }
      expect(Buffer.compare(partial.message, body)).toBe(0);
    }
  });

  test("takes no more from a prefix than is its own", () => {
    const partial = new PartialMessage();
    expect(partial.takePrefix(new Uint8Array(20), 3, 20)).toBe(8);
    expect(partial.missing).toBe(0);
  });

  test("takes memory for what has come, not for what was announced", () => {
    const partial = prefixed(2_000_000);
    const piece = new Uint8Array(1000);
    let memory = 0;
    for (let arrived = 1000; arrived <= 2_000_000; arrived += 1000) {
      memory += partial.growthFor(1000);
      partial.take(piece, 0, 1000);
      expect(memory).toBeLessThanOrEqual(Math.max(2 * arrived, 16_384));
      expect(memory).toBeGreaterThanOrEqual(arrived);
      expect(partial.growthFor(0)).toBe(0);
    }
    expect(memory).toBe(2_000_000);
  });
});
