import { expect, test } from "vitest";
import { LogTail, type Entry } from "../../src/index.ts";

function entries(first: number, ...terms: number[]): Entry[] {
  const data = new Uint8Array(10);
  return terms.map((term, i) => ({ index: first + i, term, time: 0, kind: "command", data }));
}

function log(...terms: number[]): LogTail {
  return new LogTail({ term: 0, index: 0 }, entries(1, ...terms));
}

test("terms are known for everything from the base to the end, and for nothing else", () => {
  const tail = log(1, 1, 2, 5);
  expect([0, 1, 2, 3, 4, 5].map((index) => tail.termAt(index))).toEqual([0, 1, 1, 2, 5, null]);
  expect(tail.last).toEqual({ term: 5, index: 4 });
});

test("gaps and terms that go back are refused", () => {
  const tail = log(1, 2);
  expect(() => tail.append(entries(4, 2))).toThrow(/invariant/);
  expect(() => tail.append(entries(3, 1))).toThrow(/invariant/);
});

test("truncation takes terms back too", () => {
  const tail = log(1, 1, 2, 5);
  tail.truncate(3);
  expect(tail.last).toEqual({ term: 1, index: 2 });
  tail.append(entries(3, 7));
  expect(tail.termAt(3)).toBe(7);
});

test("trimming keeps the position before the first entry", () => {
  const tail = log(1, 1, 2, 5);
  tail.trim(2);
  expect(tail.base).toEqual({ term: 1, index: 2 });
  expect([1, 2, 3, 4].map((index) => tail.termAt(index))).toEqual([null, 1, 2, 5]);
  tail.trim(4);
  expect(tail.last).toEqual({ term: 5, index: 4 });
  tail.append(entries(5, 5));
  expect(tail.termAt(5)).toBe(5);
});

test("evicted entries leave memory but their terms stay", () => {
  const tail = log(1, 1, 2, 5);
  tail.evict(2);
  expect(tail.termAt(1)).toBe(1);
  expect(tail.run(2, 1000)).toBeNull();
  expect(tail.run(3, 1000)?.entries.map((entry) => entry.index)).toEqual([3, 4]);
});

test("eviction stops at what may not go, and makes some room at once", () => {
  const tail = log(...Array.from({ length: 100 }, () => 1));
  tail.evictAbove(33 * 50, 30);
  expect(tail.run(31, 1)).not.toBeNull();
  expect(tail.run(30, 1)).toBeNull();
  tail.evictAbove(33 * 50, 100);
  expect(tail.run(60, 1)).toBeNull();
  expect(tail.run(70, 1)).not.toBeNull();
});

test("a run has at least one entry, then as many as fit", () => {
  const tail = log(1, 1, 1, 1);
  expect(tail.run(1, 1)?.entries.length).toBe(1);
  expect(tail.run(1, 66)?.entries.length).toBe(2);
  expect(tail.run(1, 98)?.entries.length).toBe(2);
});

test("the place where two logs may agree skips whole terms", () => {
  const tail = log(1, 1, 1, 4, 4, 6, 6);
  expect(tail.newestAtMost(7, 9)).toEqual({ term: 6, index: 7 });
  expect(tail.newestAtMost(7, 5)).toEqual({ term: 4, index: 5 });
  expect(tail.newestAtMost(4, 4)).toEqual({ term: 4, index: 4 });
  expect(tail.newestAtMost(7, 3)).toEqual({ term: 1, index: 3 });
  expect(tail.newestAtMost(99, 0)).toEqual({ term: 0, index: 0 });
});

test("a snapshot takes the whole log's place", () => {
  const tail = log(1, 2, 3);
  tail.reset({ term: 9, index: 50 });
  expect(tail.first).toBe(51);
  expect(tail.last).toEqual({ term: 9, index: 50 });
  tail.append(entries(51, 9));
  expect(tail.lastIndex).toBe(51);
});

test("a run goes through an index at most, and not beyond the end", () => {
  const tail = log(1, 1, 2, 2);
  const places = (first: number, through?: number): number[] | undefined =>
    tail.run(first, 1000, through)?.entries.map((entry) => entry.index);
  expect(places(2, 3)).toEqual([2, 3]);
  expect(places(3, 3)).toEqual([3]);
  expect(places(3)).toEqual([3, 4]);
  expect(places(3, 99)).toEqual([3, 4]);
  expect(places(3, 2)).toEqual([]);
  expect(tail.run(2, 1, 4)?.entries.map((entry) => entry.index)).toEqual([2]);
});

test("it is known from where on entries are in memory", () => {
  const tail = log(1, 1, 2, 2);
  expect(tail.cachedFrom).toBe(1);
  tail.evict(2);
  expect(tail.cachedFrom).toBe(3);
  tail.trim(1); // what is gone was not in memory any more
  expect(tail.cachedFrom).toBe(3);
  tail.trim(3);
  expect(tail.cachedFrom).toBe(4);
  tail.reset({ term: 9, index: 50 });
  expect(tail.cachedFrom).toBe(51);
});

test("it is known where each term begins", () => {
  const tail = log(1, 1, 2, 5, 5);
  expect(tail.terms).toEqual([
    { term: 1, from: 1 },
    { term: 2, from: 3 },
    { term: 5, from: 4 },
  ]);
  tail.truncate(4);
  expect(tail.terms.at(-1)).toEqual({ term: 2, from: 3 });
  tail.append(entries(4, 6));
  expect(tail.terms.at(-1)).toEqual({ term: 6, from: 4 });
  tail.evict(4);
  expect(tail.terms).toHaveLength(3); // terms stay when entries leave memory
});

test("terms that lie before the log are forgotten, but the one that goes on in it", () => {
  const tail = log(1, 1, 2, 2, 5);
  tail.trim(3);
  expect(tail.terms).toEqual([
    { term: 2, from: 3 },
    { term: 5, from: 5 },
  ]);
  tail.trim(4);
  expect(tail.terms).toEqual([{ term: 5, from: 5 }]);
  tail.trim(5);
  expect(tail.terms).toEqual([]);
  expect(tail.last).toEqual({ term: 5, index: 5 });
});
