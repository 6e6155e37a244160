import { expect, test } from "vitest";
import { nearest } from "../src/nearest.ts";

const KNOWN = ["name", "data-dir", "snapshot-count", "listen-peer-urls"];

test.each([
  ["nam", "name"],
  ["nmae", "name"],
  ["datadir", "data-dir"],
  ["snapshot-cuont", "snapshot-count"],
  ["listen-peer-url", "listen-peer-urls"],
  ["something-else", null],
  ["", null],
])("%s is most like %s", (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});
