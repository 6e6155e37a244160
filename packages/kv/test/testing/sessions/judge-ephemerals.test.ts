import { describe, expect, test } from "vitest";
import { judgeEphemerals } from "../../../src/testing/index.ts";
import { CLOSE, create, created, found, NO_NODE, PING, read, set, Story, SYNC } from "./story.ts";

const TIMES = { tickMillis: 100, untoldMillis: 100, changes: [], slackMillis: 50 };
const OWNED = found(5, { owner: 1n });

/** Its session of 1000 ms has an ephemeral node, and is last heard of at 500. */
function owner(): Story {
  const story = new Story("ann").connected(1n).did(create("/e", "ephemeral"), 5, created("/e"));
  return story.at(500).did(PING, 6);
}

function observer(at: number): Story {
  return new Story("bob").connected(2n, 10_000).at(at);
}

describe("an ephemeral node", () => {
  test("that is there while its session lives, and gone behind it, is right", () => {
    const seen = observer(1390).did(SYNC, 7).did(read("exists", "/e"), 7, OWNED);
    seen.at(1651).did(SYNC, 8).did(read("exists", "/e"), 8, NO_NODE);
    expect(judgeEphemerals([owner(), seen], TIMES)).toEqual([]);
  });

  test("that dies before its session is found", () => {
    const seen = observer(1390).did(read("exists", "/e"), 7, NO_NODE);
    expect(judgeEphemerals([owner(), seen], TIMES)).toEqual([
      "bob: found /e gone 9 ms before the session 1 of ann was",
    ]);
  });

  test("that outlives its session is found", () => {
    const seen = observer(1660).did(SYNC, 8).did(read("exists", "/e"), 8, OWNED);
    expect(judgeEphemerals([owner(), seen], TIMES)).toEqual([
      "bob: saw a node of the session 1 of ann 10 ms after it was over",
    ]);
  });

  test("may outlive its session in what a member shows that was not told to catch up", () => {
    const seen = observer(1660).did(read("exists", "/e"), 8, OWNED);
    expect(judgeEphemerals([owner(), seen], TIMES)).toEqual([]);
  });

  test("may live on while the leader changes, and as long as its session has with the new one", () => {
    const changes = [{ lostAt: 1600, servingAt: 2000 }];
    const seen = observer(3149).did(SYNC, 8).did(read("exists", "/e"), 8, OWNED);
    expect(judgeEphemerals([owner(), seen], { ...TIMES, changes })).toEqual([]);
    const late = observer(3160).did(SYNC, 8).did(read("exists", "/e"), 8, OWNED);
    expect(judgeEphemerals([owner(), late], { ...TIMES, changes })).toHaveLength(1);
  });

  test("that is there after its session was closed is found", () => {
    const closed = owner().did(CLOSE, 9);
    const seen = observer(510).did(SYNC, 9).did(read("exists", "/e"), 9, OWNED);
    expect(judgeEphemerals([closed, seen], TIMES)).toHaveLength(1);
  });

  test("that dies before its session is asked to close is found", () => {
    const closed = owner().at(700).did(CLOSE, 9);
    const seen = observer(600).did(read("exists", "/e"), 8, NO_NODE);
    expect(judgeEphemerals([closed, seen], TIMES)).toHaveLength(1);
    const after = observer(700).did(read("exists", "/e"), 9, NO_NODE);
    expect(judgeEphemerals([closed, after], TIMES)).toEqual([]);
  });
});

test("a session that ends before its time is found", () => {
  const early = owner().disconnected().at(1390).expired();
  expect(judgeEphemerals([early], TIMES)).toEqual([
    "ann: the session 1 of ann ended 10 ms before its time",
  ]);
  expect(judgeEphemerals([owner().disconnected().at(1400).expired()], TIMES)).toEqual([]);
});

test("what was not answered does not keep a session for certain, but may", () => {
  const unheard = owner().at(900).asked(set("/x", "lost")).disconnected();
  const gone = observer(1500).did(read("exists", "/e"), 7, NO_NODE);
  expect(judgeEphemerals([unheard, gone], TIMES)).toEqual([]);
  const there = observer(2000).did(SYNC, 8).did(read("exists", "/e"), 8, OWNED);
  expect(judgeEphemerals([unheard, there], TIMES)).toEqual([]);
});
