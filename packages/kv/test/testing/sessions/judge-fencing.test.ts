import { expect, test } from "vitest";
import { judgeFencing, sessionLives, type FencedWrite } from "../../../src/testing/index.ts";
import { Story } from "./story.ts";

const LIVES = sessionLives([new Story("ann").connected(1n, 1000)], {
  tickMillis: 0,
  untoldMillis: 0,
  changes: [],
  slackMillis: 0,
});

function write(token: number, accepted: boolean, more: Partial<FencedWrite> = {}): FencedWrite {
  return { lock: "a", token, accepted, session: 1n, at: 500, ...more };
}

test("tokens that ascend are right, and each lock has its own", () => {
  const writes = [write(5, true), write(5, true), write(7, true), write(6, true, { lock: "b" })];
  expect(judgeFencing(writes, LIVES)).toEqual([]);
});

test("an older token that is accepted is found", () => {
  expect(judgeFencing([write(7, true), write(5, true)], LIVES)).toEqual([
    "a: token 5 was accepted after 7",
  ]);
});

test("a holder that is refused is found, and one whose session may be over is not", () => {
  expect(judgeFencing([write(5, false)], LIVES)).toEqual([
    "a: token 5 was refused, and ann had the lock",
  ]);
  expect(judgeFencing([write(5, false, { at: 1000 })], LIVES)).toEqual([]);
});
