import { expect, test } from "vitest";
import { readSettings } from "../../src/http2/settings.ts";
import {
  ENABLE_PUSH,
  HEADER_TABLE_SIZE,
  INITIAL_WINDOW_SIZE,
  MAX_FRAME_SIZE,
  settings,
} from "./wire.ts";

function read(...pairs: readonly (readonly [number, number])[]): ReturnType<typeof readSettings> {
  const bytes = settings(...pairs);
  return readSettings(bytes, 9, bytes.length);
}

test("what is not named is not changed", () => {
  const none = { headerTableSize: null, initialWindowSize: null };
  expect(read()).toEqual(none);
  expect(
    read([ENABLE_PUSH, 0], [3, 100], [MAX_FRAME_SIZE, 20_000], [6, 1], [0, 7], [65_535, 7]),
  ).toEqual(none);
});

test("the last of several windows counts", () => {
  const pairs = [5, 2 ** 31 - 1, 0, 70].map((size) => [INITIAL_WINDOW_SIZE, size] as const);
  expect(read(...pairs).initialWindowSize).toBe(70);
  expect(read([INITIAL_WINDOW_SIZE, 0]).initialWindowSize).toBe(0);
});

// The table was as small as that for a moment, and what did not fit has gone (RFC 7541 §4.2).
test("the smallest of several header tables counts", () => {
  const pairs = [4096, 0, 65_536].map((size) => [HEADER_TABLE_SIZE, size] as const);
  expect(read(...pairs).headerTableSize).toBe(0);
  expect(read([HEADER_TABLE_SIZE, 2 ** 32 - 1]).headerTableSize).toBe(2 ** 32 - 1);
});
