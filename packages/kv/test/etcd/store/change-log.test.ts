import { describe, expect, test } from "vitest";
import { ChangeLog } from "../../../src/etcd/store/change-log.ts";
import type { PinnedChanges } from "../../../src/etcd/store/pinned-changes.ts";
import type { Version } from "../../../src/etcd/store/version.ts";
import { versionOf } from "./parts.ts";

/** Puts of the keys in turn, each of which replaces the one before it of the same key. */
function fill(log: ChangeLog, keys: readonly string[], first: number, value = "x"): void {
  const newest = new Map<string, Version>();
  for (const [i, key] of keys.entries()) {
    const version = versionOf(key, first + i, value);
    newest.get(key)?.replace(version.mod);
    newest.set(key, version);
    log.append(version);
  }
}

function read(pinned: PinnedChanges): Version[] {
  const changes: Version[] = [];
  for (let change = pinned.next(); change !== null; change = pinned.next()) changes.push(change);
  return changes;
}

const revisions = (pinned: PinnedChanges): number[] => read(pinned).map(({ mod }) => mod);

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const unused = (): never => {
  throw new Error("nothing is to be forgotten");
};

describe("a sweep", () => {
  test("forgets what was replaced, a segment a time, and packs what is left", () => {
    const log = new ChangeLog(0, 4);
    // Twelve of a hot key, two others in between.
    const keys = range(1, 14).map((i) => (i === 3 || i === 9 ? `k${i}` : "hot"));
    fill(log, keys, 2);
    log.compact(15);
    const forgotten: number[] = [];
    const perSlice: number[] = [];
    let hasMore = true;
    while (hasMore) {
      const before = forgotten.length;
      hasMore = log.sweep(({ mod }) => forgotten.push(mod));
      perSlice.push(forgotten.length - before);
    }
    expect(perSlice).toEqual([3, 4, 3, 1, 0]);
    expect(forgotten).toEqual(range(2, 14).filter((mod) => mod !== 4 && mod !== 10));
    expect(revisions(log.pin())).toEqual([4, 10, 15]);
    expect(log.isSweeping).toBe(false);
    expect(log.sweep(unused)).toBe(false);
  });

  test("does not look at segments that are newer than the compaction", () => {
    const log = new ChangeLog(0, 4);
    fill(log, Array(12).fill("hot"), 2);
    log.compact(3);
    const forgotten: number[] = [];
    expect(log.sweep(({ mod }) => forgotten.push(mod))).toBe(true);
    expect(log.sweep(unused)).toBe(false);
    expect(forgotten).toEqual([2]);
  });

  test("begins again after a compaction that came while it was under way", () => {
    const log = new ChangeLog(0, 2);
    fill(log, Array(8).fill("hot"), 2);
    log.compact(3);
    const forgotten: number[] = [];
    const forget = ({ mod }: Version): void => void forgotten.push(mod);
    log.sweep(forget);
    log.compact(9);
    while (log.sweep(forget));
    expect(forgotten.toSorted((a, b) => a - b)).toEqual(range(2, 8));
    expect(revisions(log.pin())).toEqual([9]);
  });

  test("leaves alone what was pinned before, also where it packs", () => {
    const log = new ChangeLog(0, 4);
    const keys = range(1, 14).map((i) => (i === 3 || i === 9 ? `k${i}` : "hot"));
    fill(log, keys, 2);
    const [early, late] = [log.pin(), log.pin()];
    log.compact(15);
    log.sweep(() => {});
    fill(log, ["new"], 16);
    const between = log.pin();
    while (log.sweep(() => {}));
    expect(revisions(early)).toEqual(range(2, 15));
    expect(revisions(between)).toEqual([4, ...range(6, 16)]);
    fill(log, ["newer"], 17);
    expect(revisions(late)).toEqual(range(2, 15));
  });
});

describe("changes from a revision on", () => {
  // Two of a revision, now and then over the end of a segment.
  const mods = [2, 3, 3, 4, 6, 6, 7, 9, 10, 10];
  const filled = (): ChangeLog => {
    const log = new ChangeLog(0, 3);
    for (const [i, mod] of mods.entries()) log.append(versionOf(`k${i}`, mod));
    return log;
  };

  test.each(range(0, 12))("begin at %i, or behind it", (from) => {
    expect(revisions(filled().pin(from))).toEqual(mods.filter((mod) => mod >= from));
  });

  test("of an empty log are none", () => {
    expect(revisions(new ChangeLog(0).pin(5))).toEqual([]);
  });

  test("stay as they were through a sweep", () => {
    const log = filled();
    const pinned = log.pin(4);
    log.compact(10);
    while (log.sweep(() => {}));
    expect(revisions(pinned)).toEqual(mods.filter((mod) => mod >= 4));
  });

  test("are all there until a sweep begins, and from its compaction on afterwards", () => {
    const log = filled();
    expect(log.intactFrom).toBe(0);
    log.compact(4);
    expect(log.intactFrom).toBe(0);
    log.sweep(() => {});
    expect(log.intactFrom).toBe(4);
    // The sweep under way goes on with the newest compaction.
    log.compact(7);
    expect(log.intactFrom).toBe(4);
    log.sweep(() => {});
    expect(log.intactFrom).toBe(7);
    expect(new ChangeLog(5).intactFrom).toBe(5);
  });
});

describe("values", () => {
  const buffersOf = (log: ChangeLog): ReadonlySet<ArrayBufferLike> =>
    new Set(read(log.pin()).map(({ value }) => value.buffer));
  const held = (log: ChangeLog): number =>
    [...buffersOf(log)].reduce((bytes, buffer) => bytes + buffer.byteLength, 0);

  test("that few others survive with do not keep the memory of those that are gone", () => {
    const log = new ChangeLog(0);
    // One key in a hundred stays: 100 values of 1,000 bytes.
    const keys = range(1, 10_000).map((i) => (i % 100 === 0 ? `k${i}` : "hot"));
    fill(log, keys, 2, "v".repeat(1000));
    expect(held(log)).toBeGreaterThan(10_000_000);
    log.compact(10_001);
    while (log.sweep(() => {}));
    expect(read(log.pin())).toHaveLength(101);
    expect(held(log)).toBeLessThan(200_000);
    expect(read(log.pin()).every(({ value }) => value.length === 1000 && value[999] === 0x76)).toBe(
      true,
    );
  });

  test("are not moved while most of them are in use", () => {
    const log = new ChangeLog(0);
    fill(
      log,
      range(1, 1000).map((i) => (i % 3 === 0 ? "hot" : `k${i}`)),
      2,
    );
    const before = buffersOf(log);
    log.compact(1001);
    while (log.sweep(() => {}));
    expect(buffersOf(log)).toEqual(before);
    expect([...buffersOf(log)].every((buffer) => before.has(buffer))).toBe(true);
  });

  test("that are large have a buffer of their own, and empty ones none", () => {
    const log = new ChangeLog(0);
    fill(log, ["large"], 2, "v".repeat(5000));
    fill(log, ["empty"], 3, "");
    const [large, empty] = read(log.pin());
    expect(large?.value.buffer.byteLength).toBe(5000);
    expect(empty?.value.buffer.byteLength).toBe(0);
  });
});
