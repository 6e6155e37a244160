import { expect, test } from "vitest";
import { DurableLog } from "../../src/replica/durable-log.ts";

test("a write vouches for its entries once it is durable", () => {
  const log = new DurableLog(3);
  log.written(1, 5);
  log.written(2, 8);
  expect(log.through).toBe(3);
  log.durable(1);
  expect(log.through).toBe(5);
  log.durable(2);
  expect(log.through).toBe(8);
});

test("a rewritten index is not confirmed by the write that it replaced", () => {
  const log = new DurableLog(3);
  log.written(1, 5);
  log.truncated(4);
  log.written(2, 4);
  log.durable(1);
  expect(log.through).toBe(3);
  log.durable(2);
  expect(log.through).toBe(4);
});

test("truncation takes back what was durable", () => {
  const log = new DurableLog(9);
  log.truncated(5);
  expect(log.through).toBe(4);
});

test("an installed snapshot counts when its ticket is durable", () => {
  const log = new DurableLog(9);
  log.replaced(3, 100);
  expect(log.through).toBe(0);
  log.durable(3);
  expect(log.through).toBe(100);
});
