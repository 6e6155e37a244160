import { expect, test } from "vitest";
import { parseGoDuration } from "../../src/server/go-duration.ts";

test.each([
  ["0", 0],
  ["0s", 0],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["1.s", 1000],
  ["250ms", 250],
  ["1h1m1s1ms", 3_661_001],
  ["1500us", 1.5],
  ["1500\u00b5s", 1.5],
  ["1500\u03bcs", 1.5],
])("%s is %f ms", (text, millis) => {
  expect(parseGoDuration(text)).toBeCloseTo(millis, 9);
});

test.each(["", "5", "m", "5 m", "5m ", "-5m", "5d", "1h30", "1h30x", ".", ".s", "1..5s", "1e3s"])(
  "%j is none",
  (text) => {
    expect(parseGoDuration(text)).toBeNull();
  },
);
