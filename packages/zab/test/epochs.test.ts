import { describe, expect, test } from "vitest";
import { assertForward, encodeEpochs } from "../src/epochs.ts";
import { decodeEpochs } from "../src/index.ts";

const MALFORMED = expect.objectContaining({ code: "ERR_MALFORMED" });
const INVARIANT = expect.objectContaining({ code: "ERR_INVARIANT" });

describe("epochs on disk", () => {
  test.each([
    { accepted: 0, current: 0 },
    { accepted: 7, current: 6 },
    { accepted: 7, current: 7 },
    { accepted: 2 ** 48 - 1, current: 2 ** 40 },
  ])("come back as they were: %j", (epochs) => {
    expect(decodeEpochs(encodeEpochs(epochs))).toEqual(epochs);
  });

  test("are refused when cut short anywhere, or with bytes behind their end", () => {
    const bytes = encodeEpochs({ accepted: 9, current: 8 });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeEpochs(bytes.subarray(0, length))).toThrow(MALFORMED);
    }
    expect(() => decodeEpochs(new Uint8Array([...bytes, 0]))).toThrow(MALFORMED);
  });

  test("of a format from the future are refused by its number", () => {
    const bytes = encodeEpochs({ accepted: 9, current: 8 }).slice();
    bytes[0] = 2;
    expect(() => decodeEpochs(bytes)).toThrow(/format 2 is not known/);
  });

  // ZooKeeper refuses to start with an acceptedEpoch below its currentEpoch.
  test("that were taken up without being promised are refused", () => {
    const bytes = encodeEpochs({ accepted: 4, current: 5 });
    expect(() => decodeEpochs(bytes)).toThrow(MALFORMED);
    expect(() => decodeEpochs(bytes)).toThrow(/5 was never accepted/);
  });
});

describe("epochs in memory", () => {
  const from = { accepted: 5, current: 3 };
  test.each([
    { accepted: 5, current: 3 },
    { accepted: 6, current: 3 },
    { accepted: 5, current: 5 },
  ])("go forward to %j", (to) => {
    expect(() => assertForward(from, to)).not.toThrow();
  });

  test.each([
    { accepted: 4, current: 3 },
    { accepted: 5, current: 2 },
    { accepted: 5, current: 6 },
  ])("never go to %j", (to) => {
    expect(() => assertForward(from, to)).toThrow(INVARIANT);
  });
});
