import { expect, test } from "vitest";
import { Inflights } from "../../src/index.ts";

test("a window is full by its messages or by its bytes", () => {
  const window = new Inflights();
  expect(window.isFull(2, 100)).toBe(false);
  window.add(5, 60);
  expect(window.isFull(2, 100)).toBe(false);
  expect(window.isFull(1, 100)).toBe(true);
  expect(window.isFull(2, 60)).toBe(true);
  window.add(8, 60);
  expect(window.isFull(2, 1000)).toBe(true);
  expect(window.isFull(3, 120)).toBe(true);
  expect(window.isFull(3, 121)).toBe(false);
});

test("an empty window takes one message, however large it is", () => {
  const window = new Inflights();
  expect(window.isFull(1, 1)).toBe(false);
  window.add(5, 1_000_000);
  expect(window.isFull(99, 1)).toBe(true);
});

test("a message is free when its last entry has arrived, not before", () => {
  const window = new Inflights();
  window.add(5, 10);
  window.add(8, 20);
  window.freeThrough(4);
  expect(window.isFull(2, 1000)).toBe(true);
  window.freeThrough(7);
  expect(window.isFull(2, 1000)).toBe(false);
  expect(window.isFull(9, 20)).toBe(true);
  expect(window.isFull(9, 21)).toBe(false);
  window.freeThrough(8);
  expect(window.isEmpty).toBe(true);
});

test("is empty again after everything has arrived, with all its bytes", () => {
  const window = new Inflights();
  for (let last = 1; last <= 100; last++) window.add(last, 10);
  expect(window.isEmpty).toBe(false);
  window.freeThrough(1000);
  expect(window.isEmpty).toBe(true);
  expect(window.isFull(1, 1)).toBe(false);
  window.freeThrough(1000);
  expect(window.isFull(1, 1)).toBe(false);
});
