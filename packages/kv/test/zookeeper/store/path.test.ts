import { describe, expect, test } from "vitest";
import { isSpecialPath, isValidPath, pathsOver } from "../../../src/zookeeper/store/index.ts";

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

describe("what is kept for paths above", () => {
  const deep = `/a${"/b".repeat(50)}`;

  test.each([
    ["/a/b/c", ["/a", "/a/b", "/a/b/c"]],
    ["/ab", []],
    ["/a", ["/a"]],
    ["/", []],
    [deep, ["/a", "/a/b"]],
  ])("is found for %s, whichever is fewer", (path, expected) => {
    const few = new Set(["/a", "/a/b", "/a/b/c", "/x", "/a/bc"]);
    const many = new Set([...few, ...Array.from({ length: 100 }, (_, i) => `/many${i}`)]);
    for (const paths of [few, many]) {
      expect([...pathsOver(path, paths)].sort()).toEqual(expected);
      expect([...pathsOver(path, new Set([...paths, "/"]))].sort()).toEqual(["/", ...expected]);
    }
  });

  test("costs no more than there is", () => {
    const path = "/x".repeat(500_000);
    expect([...pathsOver(path, new Set(["/x", "/y"]))]).toEqual(["/x"]);
  });
});
