import { expect, test } from "vitest";
import { Summary, Tally } from "../../src/metrics/index.ts";

test("a tally knows how many and how large, and nothing before the first", () => {
  const tally = new Tally();
  const told = () => [tally.count, tally.sum, tally.min, tally.max, tally.average];
  expect(told()).toEqual([0, 0, 0, 0, 0]);
  for (const value of [4, 1, 7]) tally.observe(value);
  expect(told()).toEqual([3, 12, 1, 7, 4]);
  tally.reset();
  expect(told()).toEqual([0, 0, 0, 0, 0]);
});

test("quantiles are of the newest values, whatever came before", () => {
  const summary = new Summary("basic");
  expect(summary.valuesAt([0.5])).toEqual([Number.NaN]);
  for (let i = 0; i < 1024; i++) summary.observe(1_000);
  for (let value = 1; value <= 1024; value++) summary.observe(value);
  expect(summary.valuesAt([0, 0.5, 0.999, 1])).toEqual([1, 512, 1023, 1024]);
  expect(summary.tally.max).toBe(1024);
  expect(summary.tally.count).toBe(2048);
  summary.reset();
  expect(summary.valuesAt([0.5])).toEqual([Number.NaN]);
});
