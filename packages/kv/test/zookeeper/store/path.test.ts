import { describe, expect, test } from "vitest";
import { isSpecialPath, isValidPath } from "../../../src/zookeeper/store/index.ts";

describe("a path", () => {
  test.each([
    "/",
    "/a",
    "/a/b",
    "/...",
    "/.a",
    "/a..",
    "/a/..b",
    "/a b",
    "/\u00a0",
    "/\ud7ff",
    "/\uf900",
    "/\uffef",
    "/日本",
  ])("%j is one", (path) => {
    expect(isValidPath(path)).toBe(true);
  });

  test.each([
    "",
    "a",
    "a/b",
    "//",
    "/a/",
    "/a//b",
    "//a",
    "/.",
    "/..",
    "/a/./b",
    "/a/../b",
    "/a/..",
    "/\0",
    "/a\0b",
    "/\u0001",
    "/\u001f",
    "/\u007f",
    "/\u009f",
    "/\ud800",
    "/😀",
    "/\ue000",
    "/\uf8ff",
    "/\ufff0",
    "/\ufffd",
    "/\uffff",
  ])("%j is none", (path) => {
    expect(isValidPath(path)).toBe(false);
  });
});

test.each([
  ["/", true],
  ["/zookeeper", true],
  ["/zookeeper/quota", true],
  ["/zookeeper/config", true],
  ["/zookeeper/other", false],
  ["", false],
])("%j is ZooKeeper's own: %s", (path, expected) => {
  expect(isSpecialPath(path)).toBe(expected);
});
