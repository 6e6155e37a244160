import { expect, test } from "vitest";
import { KeyHistory } from "../../../src/etcd/store/key-history.ts";
import { KeyIndex } from "../../../src/etcd/store/key-index.ts";
import { versionOf } from "./parts.ts";

const ALL = { from: "", to: null };
const keysOf = (index: KeyIndex): string[] => [...index.walk(ALL, 99, "ascend")].map((v) => v.key);

test("can be emptied and filled again", () => {
  const index = new KeyIndex(2);
  for (let round = 0; round < 3; round++) {
    const keys = ["c", "a", "e", "b", "d"];
    for (const key of keys) index.add(new KeyHistory(versionOf(key, 2)));
    expect(keysOf(index)).toEqual(["a", "b", "c", "d", "e"]);
    for (const key of keys) {
      index.get(key)?.add(versionOf(key, 3, null));
      index.turn(key, 3, -1);
      index.delete(key);
      expect(index.get(key)).toBeUndefined();
    }
    expect(keysOf(index)).toEqual([]);
    expect(index.count(ALL, 99)).toBe(0);
  }
});

test("drops only what is deleted", () => {
  const index = new KeyIndex();
  index.add(new KeyHistory(versionOf("a", 2)));
  expect(() => index.delete("a")).toThrow("only a deleted key is removed");
});

test("finds keys of any characters and length again", () => {
  const index = new KeyIndex(8);
  const keys = ["\0", "\u00ff", "a".repeat(5000), "a".repeat(5001), "ab", "ba", "a", "b", "\0\0"];
  for (const key of keys) index.add(new KeyHistory(versionOf(key, 2)));
  for (const key of keys) expect(index.get(key)?.key).toBe(key);
  expect(index.get("c")).toBeUndefined();
  expect(keysOf(index)).toEqual(keys.toSorted());
});

test("counts what was live at every revision, however many turns ago", () => {
  for (const blockKeysMax of [3, 512]) {
    const index = new KeyIndex(blockKeysMax);
    const counts = [0, 0];
    const live = new Set<string>();
    for (let revision = 2; revision < 300; revision++) {
      const key = `k${(revision * 7) % 20}`;
      const isDeleted = live.delete(key);
      if (!isDeleted) live.add(key);
      const version = versionOf(key, revision, isDeleted ? null : "x");
      const history = index.get(key);
      if (history === undefined) index.add(new KeyHistory(version));
      else {
        history.add(version);
        index.turn(key, revision, isDeleted ? -1 : 1);
      }
      counts.push(live.size);
    }
    for (const [revision, count] of counts.entries()) {
      expect(index.count(ALL, revision)).toBe(count);
      expect([...index.walk(ALL, revision, "descend")]).toHaveLength(count);
    }
  }
});
