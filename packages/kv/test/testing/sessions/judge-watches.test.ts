import { expect, test } from "vitest";
import { judgeWatches, type ZnodeRequest, type ZnodeResult } from "../../../src/testing/index.ts";
import {
  CLOSE,
  create,
  created,
  found,
  NO_NODE,
  PING,
  read,
  remove,
  set,
  stat,
  Story,
  SYNC,
} from "./story.ts";

/** Creates /a at 5, sets it at 7, creates /a/b at 8, deletes it at 9. */
const WRITER = new Story("ann")
  .connected(1n)
  .did(create("/a"), 5, created("/a"))
  .did(set("/a", "x"), 7, found(5, { mzxid: 7 }))
  .did(create("/a/b"), 8, created("/a/b"))
  .did(remove("/a/b"), 9);

const CHILDREN: ZnodeResult = { kind: "children", names: [], stat: stat(5, { mzxid: 7 }) };

const WATCHES: readonly {
  readonly left: ZnodeRequest;
  readonly with: ZnodeResult;
  readonly at: number;
  readonly event: "created" | "deleted" | "data changed" | "children changed";
  readonly due: number;
}[] = [
  { left: read("exists", "/a", "watching"), with: NO_NODE, at: 4, event: "created", due: 5 },
  { left: read("get", "/a", "watching"), with: found(5), at: 6, event: "data changed", due: 7 },
  { left: read("exists", "/a", "watching"), with: found(5), at: 5, event: "data changed", due: 7 },
  {
    left: read("children", "/a", "watching"),
    with: CHILDREN,
    at: 7,
    event: "children changed",
    due: 8,
  },
  { left: read("exists", "/a/b", "watching"), with: found(8), at: 8, event: "deleted", due: 9 },
];

test.each(WATCHES)(
  "$event is right when it comes first",
  ({ left, with: result, at, event, due }) => {
    const { path } = left as { readonly path: string };
    const story = new Story("bob")
      .connected(2n)
      .did(left, at, result)
      .did(PING, due - 1);
    story.told(event, path).did(SYNC, due);
    expect(judgeWatches([WRITER, story])).toEqual([]);
  },
);

test.each(WATCHES)(
  "$event is missed when it comes late",
  ({ left, with: result, at, event, due }) => {
    const { path } = left as { readonly path: string };
    const story = new Story("bob").connected(2n).did(left, at, result).did(SYNC, due);
    story.told(event, path);
    expect(judgeWatches([WRITER, story])).toEqual([
      expect.stringMatching(
        `bob: request 2 was answered at zxid ${due}, and the .* watch of ${path}, left at ${at}, ` +
          `had not told what happened by ${due}`,
      ),
      `bob: told of ${path}, ${event}, which it does not watch`,
    ]);
  },
);

test("a watch that is missed on the next connection is found", () => {
  const story = new Story("bob")
    .connected(2n)
    .did(read("get", "/a", "watching"), 5, { kind: "data", value: "of /a", stat: stat(5) })
    .disconnected()
    .connected(2n)
    .did({ kind: "setWatches", seen: 5, watches: [{ kind: "data", path: "/a" }] }, 9);
  expect(judgeWatches([WRITER, story])).toHaveLength(1);
});

test.each([
  { what: "of what was created meanwhile, and is there, must be told", zxid: 8, wrong: 1 },
  { what: "of what was created meanwhile, and is gone again, is not told", zxid: 9, wrong: 0 },
])("who waits for a node on the next connection: $what", ({ zxid, wrong }) => {
  const watch = { kind: "exist", path: "/a/b" } as const;
  const story = new Story("bob")
    .connected(2n)
    .did(read("exists", "/a/b", "watching"), 7, NO_NODE)
    .disconnected()
    .connected(2n)
    .did({ kind: "setWatches", seen: 7, watches: [watch] }, zxid)
    .did(SYNC, 9);
  expect(judgeWatches([WRITER, story])).toHaveLength(wrong);
});

test("what is told by setWatches, before its answer, is right", () => {
  const story = new Story("bob")
    .connected(2n)
    .did(read("get", "/a", "watching"), 5, { kind: "data", value: "of /a", stat: stat(5) })
    .disconnected()
    .connected(2n)
    .asked({ kind: "setWatches", seen: 5, watches: [{ kind: "data", path: "/a" }] })
    .told("data changed", "/a")
    .answered(2, 9, { kind: "done" });
  expect(judgeWatches([WRITER, story])).toEqual([]);
});

test("a watch that fires twice is found", () => {
  const story = new Story("bob").connected(2n);
  story.did(read("exists", "/a", "watching"), 5, found(5));
  story.told("data changed", "/a").told("data changed", "/a");
  expect(judgeWatches([WRITER, story])).toEqual([
    "bob: told of /a, data changed, which it does not watch",
  ]);
});

test("a watch that fires without a cause, or before it, is found", () => {
  const story = new Story("bob").connected(2n);
  story
    .did(read("exists", "/a", "watching"), 5, found(5))
    .told("data changed", "/a")
    .did(PING, 6);
  story.did(read("exists", "/a", "watching"), 7, found(5, { mzxid: 7 })).told("data changed", "/a");
  story.did(SYNC, 9);
  const wrong = "bob: told of /a, data changed, and nothing had happened to it";
  expect(judgeWatches([WRITER, story])).toEqual([wrong, wrong]);
});

test("a watch ends with its session", () => {
  const story = new Story("bob").connected(2n);
  story
    .did(read("exists", "/a", "watching"), 5, found(5))
    .disconnected()
    .expired();
  story.connected(3n).did(SYNC, 9);
  expect(judgeWatches([WRITER, story])).toEqual([]);
});

test.each(["close", "expiry"])(
  "a watch that misses the end of an ephemeral node by %s is found",
  (how) => {
    const owner = new Story("ann").connected(1n);
    owner.did(create("/e", "ephemeral"), 15, created("/e"));
    if (how === "close") owner.did(CLOSE, 17);
    const other = new Story("carl").connected(3n).did(read("exists", "/e"), 17, NO_NODE);
    const story = new Story("bob").connected(2n);
    story.did(read("exists", "/e", "watching"), 16, found(15, { owner: 1n })).did(SYNC, 20);
    expect(judgeWatches([owner, other, story])).toEqual([
      "bob: request 2 was answered at zxid 20, and the data watch of /e, left at 16, had not told what happened by 17",
    ]);
  },
);
