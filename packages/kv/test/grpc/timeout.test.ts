import { expect, test } from "vitest";
import { parseTimeout } from "../../src/grpc/timeout.ts";

test.each([
  ["1H", 3_600_000],
  ["2M", 120_000],
  ["3S", 3000],
  ["4m", 4],
  ["5000u", 5],
  ["6000000n", 6],
  ["1n", 1e-6],
  ["0S", 0],
  ["00000001S", 1000],
  ["99999999H", 99_999_999 * 3_600_000],
  ["99999999n", 99.999999],
])("%s is %f milliseconds", (value, millis) => {
  expect(parseTimeout(value)).toBeCloseTo(millis, 9);
});

test.each([
  "",
  "1",
  "S",
  "-1S",
  "+1S",
  "1.5S",
  " 1S",
  "1S ",
  "1 S",
  "1s",
  "1h",
  "1SS",
  "0x1S",
  "1S\n",
  "100000000S",
  "١S",
  "1e3S",
])("%j is malformed", (value) => {
  expect(parseTimeout(value)).toBeNull();
});
