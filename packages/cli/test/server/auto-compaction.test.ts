import { describe, expect, test } from "vitest";
import { parseRetention } from "../../src/server/auto-compaction.ts";

const HOUR = 3_600_000;

describe("a time", () => {
  test.each([
    ["1", HOUR],
    ["24", 24 * HOUR],
    ["30m", HOUR / 2],
    ["1h30m", 1.5 * HOUR],
    ["1us", 1],
  ])("%s is %i ms", (text, retentionMillis) => {
    expect(parseRetention("periodic", text)).toEqual({ mode: "periodic", retentionMillis });
  });

  test.each(["1d", "-1", "1.5", "x"])("%s is none", (text) => {
    expect(parseRetention("periodic", text)).toHaveProperty("problem");
  });
});

describe("a number of revisions", () => {
  test("is taken as it is", () => {
    expect(parseRetention("revision", "1000")).toEqual({ mode: "revision", retention: 1000 });
  });

  test.each(["1h", "-5", "1.5", "99999999999999999999"])("%s is none", (text) => {
    expect(parseRetention("revision", text)).toHaveProperty("problem");
  });
});

test.each(["", "0", "00", "0s", "0h0m"])("%j keeps everything", (text) => {
  expect(parseRetention("periodic", text)).toBeNull();
});

test.each(["", "0"])("%j keeps every revision", (text) => {
  expect(parseRetention("revision", text)).toBeNull();
});
