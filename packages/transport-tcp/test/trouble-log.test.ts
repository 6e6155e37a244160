import { expect, test } from "vitest";
import { TroubleLog } from "../src/trouble-log.ts";

test("a trouble is news once, until it is over", () => {
  const log = new TroubleLog();
  expect(log.isNews("g/b", "refused")).toBe(true);
  expect(log.isNews("g/b", "refused")).toBe(false);
  expect(log.isNews("g/b", "silent")).toBe(true);
  // Two addresses that fail in turn are no news either.
  expect(log.isNews("g/b", "refused")).toBe(false);
  expect(log.isNews("g/c", "refused")).toBe(true);
  expect(log.isOver("g/b")).toBe(true);
  expect(log.isOver("g/b")).toBe(false);
  expect(log.isNews("g/b", "refused")).toBe(true);
  expect(log.isNews("g/c", "refused")).toBe(false);
});

test("it remembers a bounded number of things, and of troubles of each", () => {
  const log = new TroubleLog();
  for (let i = 0; i < 8; i++) expect(log.isNews("g/b", `why ${i}`)).toBe(true);
  expect(log.isNews("g/b", "why 8")).toBe(false);
  for (let i = 0; i < 1000; i++) log.isNews(`10.0.0.${i}`, "garbage");
  expect(log.isNews("10.0.0.999", "garbage")).toBe(false);
  expect(log.isOver("g/b")).toBe(false);
});
