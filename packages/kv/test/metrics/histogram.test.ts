import { expect, test } from "vitest";
import { doublingBounds, Histogram } from "../../src/metrics/index.ts";

test("a value counts in the lowest bucket that holds it, bounds included", () => {
  const values = new Histogram([1, 2, 4]);
  for (const value of [-1, 1, 1.5, 2, 4, 4.1, Infinity]) values.observe(value);
  expect(values.counts).toEqual([2, 2, 1, 2]);
  expect(values.sum).toBe(Infinity);
});

test("bounds double, and are the numbers one would write", () => {
  expect(doublingBounds(0.001, 14).map(String)).toEqual(
    "0.001 0.002 0.004 0.008 0.016 0.032 0.064 0.128 0.256 0.512 1.024 2.048 4.096 8.192".split(
      " ",
    ),
  );
  expect(doublingBounds(0.0001, 16).at(-1)).toBe(3.2768);
});
