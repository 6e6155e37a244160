import { expect, test } from "vitest";
import { judgeImage } from "../../../src/testing/index.ts";
import {
  CLOSE,
  create,
  created,
  found,
  NO_NODE,
  read,
  remove,
  set,
  stat,
  Story,
  SYNC,
} from "./story.ts";

/** Creates /a at 5, sets it at 7, creates /b at 8, deletes it at 9. */
function writer(): Story {
  return new Story("ann")
    .connected(1n)
    .did(create("/a"), 5, created("/a"))
    .did(set("/a", "x"), 7, found(5, { mzxid: 7 }))
    .did(create("/b"), 8, created("/b"))
    .did(remove("/b"), 9);
}

test("reads of the state at their zxid are right, new or old", () => {
  const story = new Story("bob")
    .connected(2n)
    .did(read("exists", "/a"), 4, NO_NODE)
    .did(read("exists", "/a"), 6, found(5))
    .did(read("get", "/a"), 7, { kind: "data", value: "x", stat: stat(5, { mzxid: 7 }) })
    .did(read("exists", "/b"), 8, found(8))
    .did(read("exists", "/b"), 9, NO_NODE)
    .did(read("children", "/"), 9, {
      kind: "children",
      names: ["a"],
      stat: stat(0, { pzxid: 9 }),
    });
  expect(judgeImage([writer(), story])).toEqual([]);
});

test.each([
  {
    what: "a change that is missing",
    read: read("exists", "/a"),
    result: found(5),
    wrong: "showed it as of zxid 5, and it changed at 7",
  },
  {
    what: "a change that is not there yet",
    read: read("exists", "/a"),
    result: found(5, { mzxid: 10 }),
    wrong: "showed a change of zxid 10",
  },
  {
    what: "a node that is missing",
    read: read("exists", "/a"),
    result: NO_NODE,
    wrong: "found no node, and there is one",
  },
  {
    what: "a node that had been deleted",
    read: read("exists", "/b"),
    result: found(8),
    wrong: "showed it as of zxid 8, and it changed at 9",
  },
  {
    what: "children that are older than the rest",
    read: read("exists", "/"),
    result: found(0, { pzxid: 8 }),
    wrong: "showed its children as of 8, and they changed at 9",
  },
  {
    what: "a child that had been deleted",
    read: read("children", "/"),
    result: { kind: "children", names: ["a", "b"], stat: stat(0, { pzxid: 9 }) } as const,
    wrong: "listed b, which had been deleted",
  },
])("$what is found", ({ read: request, result, wrong }) => {
  const story = new Story("bob").connected(2n).did(request, 9, result);
  const where = `bob: ${request.kind} ${"path" in request ? request.path : ""} at zxid 9`;
  expect(judgeImage([writer(), story])).toEqual([`${where} ${wrong}`]);
});

test("two values of one transaction are found", () => {
  const story = new Story("bob").connected(2n);
  story.did(read("get", "/a"), 7, { kind: "data", value: "y", stat: stat(5, { mzxid: 7 }) });
  expect(judgeImage([writer(), story])).toEqual(['/a was "x" as of zxid 7, and "y" as well']);
});

test("a transaction that was made twice, as by members that have lost it, is found", () => {
  const story = new Story("bob").connected(2n).did(create("/c"), 7, created("/c"));
  expect(judgeImage([writer(), story])).toEqual(["zxid 7 changed /a, and /c as well"]);
});

test("what was acknowledged and is lost is found by a sync", () => {
  const story = new Story("bob").at(100).connected(2n).did(SYNC, 8);
  expect(judgeImage([writer(), story])).toEqual([
    "bob: sync was answered at zxid 8, and 9 had been shown before",
  ]);
});

test("a sync need not show what was acknowledged while it was under way", () => {
  const story = new Story("bob").at(0).connected(2n).asked(SYNC).at(100);
  story.answered(1, 4, { kind: "done" });
  expect(judgeImage([writer(), story])).toEqual([]);
});

test("what nobody was told of may have happened", () => {
  const lost = new Story("ann")
    .connected(1n)
    .did(create("/a"), 5, created("/a"))
    .asked(remove("/a"))
    .disconnected();
  const story = new Story("bob").connected(2n).did(read("exists", "/a"), 9, NO_NODE);
  expect(judgeImage([lost, story])).toEqual([]);
});

test("an ephemeral node that is there after its session was closed is found", () => {
  const owner = new Story("ann")
    .connected(1n)
    .did(create("/e", "ephemeral"), 5, created("/e"))
    .did(CLOSE, 6);
  const story = new Story("bob").connected(2n);
  story.did(read("exists", "/e"), 6, found(5, { owner: 1n }));
  expect(judgeImage([owner, story])).toEqual([
    "bob: exists /e at zxid 6 showed it as of zxid 5, and it changed at 6",
  ]);
});
