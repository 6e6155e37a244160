import { expect, test } from "vitest";
import { KeyHistory } from "../../../src/etcd/store/key-history.ts";
import { versionOf } from "./parts.ts";

/** Changed at these revisions; a deletion is negative. */
function historyOf(first: number, ...others: readonly number[]): KeyHistory {
  const history = new KeyHistory(versionOf("k", first));
  for (const mod of others) history.add(versionOf("k", Math.abs(mod), mod < 0 ? null : "x"));
  return history;
}

const found = (history: KeyHistory): (number | undefined)[] =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((revision) => history.at(revision)?.mod);

test("finds what was current at each revision", () => {
  const none = undefined;
  expect(found(historyOf(2))).toEqual([none, 2, 2, 2, 2, 2, 2, 2, 2]);
  expect(found(historyOf(2, 4, -5, 8))).toEqual([none, 2, 2, 4, 5, 5, 5, 8, 8]);
});

test.each([
  ["the last one before the revision stays", 5, true, [4, 4, 7, 7]],
  ["one of the very revision stays alone", 4, true, [4, 4, 7, 7]],
  ["nothing is old enough", 2, true, [4, 4, 7, 7]],
  ["all but the newest go", 8, true, [undefined, undefined, 7, 7]],
])("forgets: %s", (_, revision, isLeft, at) => {
  const history = historyOf(2, 3, 4, 7);
  if (revision !== 2) expect(history.at(3)?.mod).toBe(3);
  expect(history.forget(revision)).toBe(isLeft);
  expect([4, 5, 7, 8].map((each) => history.at(each)?.mod)).toEqual(at);
  expect(history.at(3)?.mod).toBe(revision === 2 ? 3 : undefined);
});

test.each([
  ["a deletion goes with all before it", 5, false],
  ["but not at its own revision", 4, true],
])("forgets: %s", (_, revision, isLeft) => {
  expect(historyOf(2, -4).forget(revision)).toBe(isLeft);
});

test("can go on after it forgot", () => {
  const history = historyOf(2, 3);
  history.forget(3);
  history.add(versionOf("k", 6));
  expect(found(history)).toEqual([undefined, undefined, 3, 3, 3, 6, 6, 6, 6]);
});
