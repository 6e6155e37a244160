import { expect, test } from "vitest";
import { failureTrailers, percentEncode, trailersOnly } from "../../src/grpc/answer-blocks.ts";
import { STATUS } from "../../src/grpc/status.ts";

test.each([
  ["", ""],
  ["plain text, with !~ and so on", "plain text, with !~ and so on"],
  ["100%", "100%25"],
  ["a\nb\r\0\x7f", "a%0Ab%0D%00%7F"],
  ["grün", "gr%C3%BCn"],
  ["€", "%E2%82%AC"],
  ["😀", "%F0%9F%98%80"],
  ["\ud800", "%EF%BF%BD"],
])("%j is encoded as %j", (text, encoded) => {
  expect(percentEncode(text)).toBe(encoded);
});

test.each([
  ["plain", "x", 1],
  ["percent signs", "%", 3],
  ["two bytes", "é", 6],
  ["three bytes", "€", 9],
  ["four bytes", "😀", 12],
])("long text of %s is cut between characters, where the limit is", (_, character, size) => {
  const encoded = percentEncode(character.repeat(100_000));
  expect(encoded.length).toBeGreaterThan(1024 - size);
  expect(encoded.length).toBeLessThanOrEqual(1024);
  expect(encoded.length % size).toBe(0);
  expect(decodeURIComponent(encoded)).toBe(character.repeat(encoded.length / size));
});

test("every failure fits one frame, as preparing it asserts", () => {
  const message = "€".repeat(100_000);
  for (const code of Object.values(STATUS)) {
    expect(failureTrailers({ code, message }).bytesMax).toBeLessThan(2048);
    expect(trailersOnly({ code, message }).bytesMax).toBeLessThan(2048);
  }
});
