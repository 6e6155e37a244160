import { expect, test } from "vitest";
import { formatPositions } from "../../../src/testing/sim/index.ts";

test.each([
  ["", "empty"],
  ["1/1", "1/1"],
  ["1/1 1/2 1/3", "1/1-3"],
  ["1/1 1/2 2/3 4/4 4/5", "1/1-2 2/3 4/4-5"],
])("%j in few words is %j", (names, text) => {
  const positions = names
    .split(" ")
    .filter((name) => name !== "")
    .map((name) => {
      const [term = 0, index = 0] = name.split("/").map(Number);
      return { term, index };
    });
  expect(formatPositions(positions)).toBe(text);
});
