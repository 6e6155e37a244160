import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchFiles } from "../../../src/zookeeper/tls/watch-files.ts";

let directory: string;
let changes: number;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  directory = mkdtempSync(join(tmpdir(), "quorate-files-"));
  changes = 0;
  writeFileSync(join(directory, "a"), "1");
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

function watch(...names: readonly string[]): void {
  const paths = names.map((name) => join(directory, name));
  stop = watchFiles(paths, 5_000, () => changes++);
}

function pass(): number {
  vi.advanceTimersByTime(5_000);
  return changes;
}

test("a file that is written, replaced, removed and there again has changed each time", () => {
  watch("a", "b");
  expect(pass()).toBe(0);
  writeFileSync(join(directory, "a"), "12");
  expect(pass()).toBe(1);
  writeFileSync(join(directory, "new"), "ab");
  renameSync(join(directory, "new"), join(directory, "a"));
  expect(pass()).toBe(2);
  expect(pass()).toBe(2);
  unlinkSync(join(directory, "a"));
  expect(pass()).toBe(3);
  writeFileSync(join(directory, "b"), "");
  expect(pass()).toBe(4);
});

test("a link that points to another file has changed, as Kubernetes gives out its secrets", () => {
  writeFileSync(join(directory, "b"), "1");
  symlinkSync("a", join(directory, "link"));
  watch("link");
  expect(pass()).toBe(0);
  unlinkSync(join(directory, "link"));
  symlinkSync("b", join(directory, "link"));
  expect(pass()).toBe(1);
});

test("nothing is said of what changes after the end", () => {
  watch("a");
  writeFileSync(join(directory, "a"), "12");
  stop();
  expect(pass()).toBe(0);
});
