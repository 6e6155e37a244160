import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { refusedImports } from "./imports.ts";
import { brokenLinks } from "./links.ts";
import { pagePaths } from "./pages.ts";
import { impureNames, isPure, PURE_TREES } from "./purity.ts";
import { ROOT, sourceFiles, textOf } from "./source-files.ts";
import { tokensOf } from "./source-tokens.ts";

describe("the tree", () => {
  const files = sourceFiles();

  test("has every pure tree", () => {
    expect(PURE_TREES.filter((tree) => !existsSync(resolve(ROOT, tree)))).toEqual([]);
  });

  test("names nothing impure in the pure trees", () => {
    const pure = files.filter(({ path }) => isPure(path));
    expect(pure.flatMap(({ path, tokens }) => impureNames(path, tokens))).toEqual([]);
  });

  test("imports only what the table allows", () => {
    expect(files.flatMap((file) => refusedImports(file))).toEqual([]);
  });

  test("has no link in its pages that leads nowhere", () => {
    expect(pagePaths().flatMap((path) => brokenLinks(path, textOf(path)))).toEqual([]);
  });
});

describe("the purity scan", () => {
  const impure = (source: string, path = "packages/raft/src/x.ts"): string[] =>
    impureNames(path, tokensOf(source)).map((found) => found.slice(path.length + 1));

  test.each([
    ["Date.now()", "1 Date"],
    ["const x = `${`${new Date()}`}`;", "1 Date"],
    ["\n\nMath.random()", "3 Math.random"],
    ["a.localeCompare(b)", "1 localeCompare"],
    ["const f = async () => {};", "1 async"],
    ["type P = Promise<void>;", "1 Promise"],
    ['const r = a / 2; // " \nnew WeakRef(r / 1)', "2 WeakRef"],
    ["const quote = /[\"'`]/; setTimeout(f)", "1 setTimeout"],
    ["[...Atomics]", "1 Atomics"],
  ])("finds %j", (source, expected) => {
    expect(impure(source)).toEqual([expected]);
  });

  test("ignores comments, strings, templates, patterns and members", () => {
    const source =
      '// Date\n/* Promise\n async */ \'Intl\'; "WeakRef \\" Date"; `Date ${x} \\` Date`; y = /Date/; this.performance; Math.max(1)';
    expect(impure(source)).toEqual([]);
  });

  test("lets compliance suites wait, but not read a clock, and the simulator neither", () => {
    const source = "await f(Date)";
    expect(impure(source, "packages/core/src/testing/compliance/x.ts")).toEqual(["1 Date"]);
    expect(impure(source, "packages/core/src/testing/sim/x.ts")).toEqual(["1 await", "1 Date"]);
  });
});

describe("the import table", () => {
  const refused = (path: string, source: string): number =>
    refusedImports({ path: `packages/${path}`, tokens: tokensOf(source) }).length;

  test.each([
    ["core/src/x.ts", 'import "node:fs";'],
    ["raft/src/x.ts", 'import { a } from "@quorate/core/testing/sim";'],
    ["raft/src/x.ts", 'export * from "../../core/src/ids.ts";'],
    ["zab/src/x.ts", 'import type { Raft } from "@quorate/raft";'],
    ["transport-tcp/src/x.ts", 'import type { A } from "@quorate/raft";'],
    ["kv/src/service/x.ts", 'import { Raft } from "@quorate/raft";'],
    ["kv/src/service/x.ts", 'const raft = await import("@quorate/raft");'],
    ["kv/src/etcd/store/x.ts", 'import { z } from "zod";'],
    ["kv/src/etcd/store/x.ts", 'import { a } from "../../grpc/server.ts";'],
    ["zookeeper/src/x.ts", ""],
  ])("refuses in %s: %s", (path, source) => {
    expect(refused(path, source)).toBe(1);
  });

  test.each([
    ["raft/src/x.ts", 'import { a } from "@quorate/core"; import { b } from "./b.ts";'],
    ["kv/src/compose/x.ts", 'import { Raft } from "@quorate/raft"; import "node:os";'],
    ["kv/src/etcd/store/x.ts", 'import { a } from "../codec/a.ts";'],
  ])("allows in %s: %s", (path, source) => {
    expect(refused(path, source)).toBe(0);
  });
});

test("the link check finds missing files, headings and sources", () => {
  const page =
    "[a](nowhere.md) [b](README.md#nothing-here) `raft/src/nothing.ts`\n```\n[c](x.md)\n```\n";
  expect(brokenLinks("README.md", page)).toHaveLength(3);
  expect(brokenLinks("README.md", "[a](docs/README.md) [b](#quorate) `raft/src/raft.ts`")).toEqual(
    [],
  );
});
