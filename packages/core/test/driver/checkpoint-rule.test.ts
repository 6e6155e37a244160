import { expect, test } from "vitest";
import { CheckpointRule } from "../../src/driver/checkpoint-rule.ts";
import { appendRun, ENTRY_OVERHEAD_BYTES, type Entry } from "../../src/entry.ts";

/** So many entries, each of so many bytes in the log. */
function entries(count: number, bytesEach: number): readonly Entry[] {
  const data = new Uint8Array(bytesEach - ENTRY_OVERHEAD_BYTES);
  const drafts = Array.from({ length: count }, () => ({ kind: "command" as const, data }));
  return appendRun(drafts, { first: 1, term: 1, time: 0 }).entries;
}

/** After how many entries of 100 bytes, applied one by one, a snapshot is due. */
function dueAfter(rule: CheckpointRule): number {
  const [entry] = entries(1, 100);
  if (entry === undefined) throw new Error("there is one");
  for (let count = 1; count <= 10_000; count++) {
    rule.applied([entry]);
    if (rule.isDue) return count;
  }
  return Infinity;
}

test.each([
  ["there is no snapshot yet", 0, 20],
  ["the last one is small", 3_000, 20],
  ["half as much was logged as the last one is large", 4_000, 20],
  ["the state is larger: it takes more entries to log half as much", 4_001, 21],
  ["the same, still larger", 30_000, 150],
  ["ten times the entries are enough, however large it is", 1_000_000_000, 200],
])("%s", (_, snapshotBytes, expected) => {
  expect(dueAfter(new CheckpointRule(20, snapshotBytes))).toBe(expected);
});

test("large entries do not make a snapshot due before its time", () => {
  const rule = new CheckpointRule(20, 0);
  rule.applied(entries(19, 10_000));
  expect(rule.isDue).toBe(false);
  rule.applied(entries(1, 100));
  expect(rule.isDue).toBe(true);
});

test("counts anew from the moment that the snapshot is of, and by its size", () => {
  const rule = new CheckpointRule(20, 0);
  expect(dueAfter(rule)).toBe(20);
  rule.begun();
  expect(rule.isDue).toBe(false);
  // Applied while it is written out.
  rule.applied(entries(5, 100));
  rule.installed(8_000);
  expect(dueAfter(rule)).toBe(35);
});
