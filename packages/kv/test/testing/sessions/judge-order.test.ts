import { expect, test } from "vitest";
import { judgeOrder } from "../../../src/testing/index.ts";
import { created, create, found, NO_NODE, PING, read, set, Story, SYNC } from "./story.ts";

test("answers in order, on two members, are right", () => {
  const story = new Story("ann")
    .connected(1n)
    .asked(create("/a"))
    .asked(read("exists", "/a"))
    .answered(1, 5, created("/a"))
    .answered(2, 5, found(5))
    .asked(set("/a", "lost"))
    .disconnected()
    .connected(1n)
    .did(read("exists", "/a"), 7, found(5, { mzxid: 6 }))
    .did(set("/a", "x"), 8, found(5, { mzxid: 8 }));
  expect(judgeOrder([story])).toEqual([]);
});

test("an answer out of turn is found", () => {
  const story = new Story("ann")
    .connected(1n)
    .asked(create("/a"))
    .asked(read("exists", "/a"))
    .answered(2, 4, NO_NODE)
    .answered(1, 5, created("/a"));
  expect(judgeOrder([story])).toEqual(["ann: request 2 was answered before 1"]);
});

test("a ping may overtake", () => {
  const story = new Story("ann").connected(1n).asked(SYNC).asked(PING);
  story.answered(2, 4, { kind: "done" }).answered(1, 5, { kind: "done" });
  expect(judgeOrder([story])).toEqual([]);
});

test("an answer from a connection before is found", () => {
  const story = new Story("ann").connected(1n).asked(SYNC).disconnected().connected(1n);
  story.answered(1, 5, { kind: "done" });
  expect(judgeOrder([story])).toEqual(["ann: request 1 was answered, and none waited for it"]);
});

test("a zxid that goes back is found, on one member and from one to the next", () => {
  const one = new Story("ann").connected(1n).did(SYNC, 9).did(PING, 8);
  const two = new Story("bob").connected(2n).did(SYNC, 9).disconnected().connected(2n).did(SYNC, 8);
  expect(judgeOrder([one, two])).toEqual([
    "ann: request 2 was answered at zxid 8 after 9",
    "bob: request 2 was answered at zxid 8 after 9",
  ]);
});

test("a request that shows what its client wrote after it is found", () => {
  const story = new Story("ann").connected(1n).asked(SYNC).asked(create("/a"));
  story.answered(1, 9, { kind: "done" }).answered(2, 9, created("/a"));
  expect(judgeOrder([story])).toEqual([
    "ann: write 2 has zxid 9, which a request before it was answered at",
  ]);
});
