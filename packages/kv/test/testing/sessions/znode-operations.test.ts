import { expect, test } from "vitest";
import { znodeOperations } from "../../../src/testing/index.ts";
import { create, created, found, NO_NODE, read, remove, set, stat, Story, SYNC } from "./story.ts";

test("writes count, and reads that follow a sync, from the moment that it was asked for", () => {
  const story = new Story("ann")
    .connected(1n)
    .did(create("/a"), 5, created("/a"))
    .did(read("get", "/a"), 5, { kind: "data", value: "of /a", stat: stat(5) })
    .at(100)
    .did(SYNC, 5)
    .did(read("get", "/a"), 6, { kind: "data", value: "of /a", stat: stat(5) })
    .did(set("/a", "x"), 7, found(5, { mzxid: 7, version: 1 }))
    .did(read("children", "/"), 7, { kind: "children", names: ["a"], stat: stat(0) })
    .did(remove("/b"), 9, NO_NODE)
    .asked(remove("/a"))
    .disconnected();
  const operations = znodeOperations([story], (path) => path !== "/other");
  expect(operations).toEqual([
    {
      client: "ann",
      input: { kind: "create", path: "/a", value: "of /a" },
      invoked: 1,
      answer: { at: 2, output: { zxid: 5, outcome: { kind: "created" } } },
    },
    {
      client: "ann",
      input: { kind: "read", path: "/a" },
      invoked: 100,
      answer: {
        at: 103,
        output: { zxid: 6, outcome: { kind: "read", value: "of /a", version: 0 } },
      },
    },
    {
      client: "ann",
      input: set("/a", "x"),
      invoked: 104,
      answer: { at: 105, output: { zxid: 7, outcome: { kind: "set", version: 1 } } },
    },
    {
      client: "ann",
      input: remove("/b"),
      invoked: 108,
      answer: { at: 109, output: { zxid: 9, outcome: { kind: "noNode" } } },
    },
    { client: "ann", input: remove("/a"), invoked: 110, answer: null },
  ]);
  expect(znodeOperations([story], (path) => path === "/b")).toHaveLength(1);
});
