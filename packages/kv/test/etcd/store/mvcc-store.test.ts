import { crc32c, Prng } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { keyRange, MvccStore, type Version } from "../../../src/etcd/store/index.ts";
import { changesOf, hashOf, sweepAll } from "./inspect.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const ALL = keyRange(bytesOf("\0"), bytesOf("\0"));

function put(store: MvccStore, key: string, value: string): void {
  store.put(key, bytesOf(value), 0n);
  store.commit();
}

function del(store: MvccStore, key: string): void {
  store.delete(key);
  store.commit();
}

const told = (version: Version): string =>
  `${version.key}=${textOf(version.value)} c${version.create} m${version.mod} v${version.count}`;

const state = (store: MvccStore, revision: number): string[] =>
  [...store.range(ALL, revision)].map(told);

describe("revisions", () => {
  test("start at 1, and the first put makes 2", () => {
    const store = new MvccStore();
    expect(store.revision).toBe(1);
    put(store, "a", "1");
    expect(store.revision).toBe(2);
  });

  test("do not move when nothing changed", () => {
    const store = new MvccStore();
    store.commit();
    expect(store.revision).toBe(1);
  });

  test("hold all changes of one transaction, in their order", () => {
    const store = new MvccStore();
    store.put("b", bytesOf("1"), 0n);
    store.put("a", bytesOf("2"), 0n);
    store.commit();
    expect(store.revision).toBe(2);
    expect(changesOf(store).map(({ key, mod, sub }) => [key, mod, sub])).toEqual([
      ["b", 2, 0],
      ["a", 2, 1],
    ]);
  });

  test("begin a new life of a key after it was deleted", () => {
    const store = new MvccStore();
    put(store, "a", "1");
    put(store, "a", "2");
    expect(state(store, 3)).toEqual(["a=2 c2 m3 v2"]);
    del(store, "a");
    expect(state(store, 4)).toEqual([]);
    put(store, "a", "3");
    expect(state(store, 5)).toEqual(["a=3 c5 m5 v1"]);
    expect([2, 3, 4].map((revision) => state(store, revision))).toEqual([
      ["a=1 c2 m2 v1"],
      ["a=2 c2 m3 v2"],
      [],
    ]);
  });
});

describe("ranges", () => {
  const store = new MvccStore();
  for (const key of ["a", "b", "b\0", "b\u00ff", "c", "\u00ff"]) put(store, key, "");
  const keys = (key: string, end: string): string[] =>
    [...store.range(keyRange(bytesOf(key), bytesOf(end)), store.revision)].map(
      (version) => version.key,
    );

  test.each([
    ["no end: the key alone", "b", "", ["b"]],
    ["half open", "a", "c", ["a", "b", "b\0", "b\u00ff"]],
    [
      "a zero byte as end: everything from the key on",
      "b\0",
      "\0",
      ["b\0", "b\u00ff", "c", "\u00ff"],
    ],
    [
      "zero bytes as key and end: everything",
      "\0",
      "\0",
      ["a", "b", "b\0", "b\u00ff", "c", "\u00ff"],
    ],
    ["an end that is the key: nothing", "b", "b", []],
    ["an end before the key: nothing", "c", "a", []],
    ["bytes, not letters, are the order", "c", "\u00ff\u00ff", ["c", "\u00ff"]],
  ])("%s", (_, key, end, expected) => {
    expect(keys(key, end)).toEqual(expected);
  });
});

describe("a compaction", () => {
  function history(): MvccStore {
    const store = new MvccStore();
    put(store, "a", "1"); // 2
    put(store, "a", "2"); // 3
    put(store, "b", "1"); // 4
    del(store, "b"); // 5
    put(store, "a", "3"); // 6
    return store;
  }
  const kept = (store: MvccStore): string[] =>
    changesOf(store).map(
      ({ key, mod, isDeletion }) => `${key}@${mod}${isDeletion ? " deleted" : ""}`,
    );

  test.each([
    [2, ["a@2", "a@3", "b@4", "b@5 deleted", "a@6"]],
    [3, ["a@3", "b@4", "b@5 deleted", "a@6"]],
    [4, ["a@3", "b@4", "b@5 deleted", "a@6"]],
    [5, ["a@3", "b@5 deleted", "a@6"]],
    [6, ["a@6"]],
  ])("to %i keeps the last live version of each key, and what is newer", (revision, expected) => {
    const store = history();
    store.compact(revision);
    expect(kept(store)).toEqual(expected);
    expect(store.compacted).toBe(revision);
  });

  test("leaves the revision itself and all later ones as they were", () => {
    for (let compacted = 2; compacted <= 6; compacted++) {
      const before = history();
      const after = history();
      after.compact(compacted);
      for (let at = compacted; at <= 6; at++) expect(state(after, at)).toEqual(state(before, at));
    }
  });

  test("drops the deletion that it kept once there is another one", () => {
    const store = history();
    store.compact(5);
    store.compact(6);
    expect(kept(store)).toEqual(["a@6"]);
  });

  test("gives back what it forgot, to the byte", () => {
    const store = history();
    put(store, "long", "x".repeat(1000));
    del(store, "long");
    const lean = new MvccStore();
    put(lean, "a", "3");
    store.compact(store.revision - 1);
    put(store, "a", "3");
    store.compact(store.revision);
    sweepAll(store);
    expect(store.bytes).toBe(lean.bytes);
  });

  test("forgets keys wherever they lie, so that they can come back", () => {
    const keys = Array.from({ length: 3000 }, (_, i) => String(i).padStart(4, "0"));
    const store = new MvccStore();
    const putAll = (): void => {
      // Not in their order: the first key of a block has to go while the blocks before it stay.
      for (const i of keys.keys())
        store.put(keys[(i * 7919) % keys.length] ?? "", bytesOf("x"), 0n);
      store.commit();
    };
    putAll();
    for (const key of keys) store.delete(key);
    store.commit();
    put(store, "z", "x");
    store.compact(store.revision);
    sweepAll(store);
    expect(store.keyCount).toBe(1);
    putAll();
    expect(store.count(ALL, store.revision)).toBe(keys.length + 1);
    expect([...store.range(ALL, store.revision)].map(({ key }) => key)).toEqual([...keys, "z"]);
  });
});

describe("the hash", () => {
  test("of nothing is that of the table's name", () => {
    expect(hashOf(new MvccStore(), 1)).toBe(crc32c(bytesOf("key")));
    // What etcd 3.4.23 answered for an empty store.
    expect(hashOf(new MvccStore(), 1)).toBe(1_084_519_789);
  });

  test("of puts and a deletion is what etcd 3.4.23 answered for the same", () => {
    const store = new MvccStore();
    put(store, "a", "1");
    put(store, "a", "2");
    put(store, "b", "1");
    del(store, "a");
    expect(hashOf(store, store.revision)).toBe(475_587_494);
  });

  test("is the same for the same changes, and another one for others", () => {
    const hash = (...values: string[]): number => {
      const store = new MvccStore();
      for (const value of values) put(store, "a", value);
      return hashOf(store, store.revision);
    };
    expect(hash("1", "2")).toBe(hash("1", "2"));
    expect(new Set([hash("1", "2"), hash("2", "1"), hash("1"), hash()]).size).toBe(4);
  });

  test("of a past revision does not change any more", () => {
    const store = new MvccStore();
    put(store, "a", "1");
    const hash = hashOf(store, 2);
    put(store, "a", "2");
    expect(hashOf(store, 2)).toBe(hash);
    expect(hashOf(store, 3)).not.toBe(hash);
  });
});

/** The keyspace as plainly as it can be written: the whole state, once for every revision. */
class Model {
  readonly states: Map<string, string>[] = [new Map(), new Map()];
  readonly #lives = new Map<string, { create: number; count: number }>();

  get revision(): number {
    return this.states.length - 1;
  }

  write(changes: readonly { key: string; value: string | null }[]): void {
    const next = new Map(this.states[this.revision]);
    const revision = this.revision + 1;
    for (const { key, value } of changes) {
      if (value === null) {
        next.delete(key);
        this.#lives.delete(key);
        continue;
      }
      const life = this.#lives.get(key) ?? { create: revision, count: 0 };
      life.count++;
      this.#lives.set(key, life);
      next.set(key, `${key}=${value} c${life.create} m${revision} v${life.count}`);
    }
    this.states.push(next);
  }

  range(from: string, to: string | null, revision: number): string[] {
    const found = this.states[revision] ?? new Map<string, string>();
    const keys = [...found.keys()].filter((key) => key >= from && (to === null || key < to));
    return keys.sort((a, b) => (a < b ? -1 : 1)).map((key) => found.get(key) ?? "");
  }
}

describe("the store agrees with a plain model", () => {
  test.each(Array.from({ length: 30 }, (_, seed) => [seed]))("seed %i", (seed) => {
    const prng = new Prng(seed);
    const store = new MvccStore();
    const model = new Model();
    // Few keys give long histories, many give several blocks.
    const keyCount = prng.pick([5, 40, 1500]);
    const anyKey = (): string =>
      String.fromCharCode(prng.below(256)) + prng.below(keyCount).toString(36);
    for (let step = 0; step < 400; step++) {
      const changes = new Map<string, string | null>();
      for (let i = prng.between(0, keyCount === 1500 ? 12 : 3); i > 0; i--) {
        const key = anyKey();
        if (changes.has(key)) continue;
        const isThere = store.get(key, store.revision) !== null;
        changes.set(key, isThere && prng.chance(0.4) ? null : String(prng.below(100)));
      }
      for (const [key, value] of changes) {
        if (value === null) store.delete(key);
        else store.put(key, bytesOf(value), 0n);
      }
      store.commit();
      if (changes.size > 0) model.write([...changes].map(([key, value]) => ({ key, value })));
      expect(store.revision).toBe(model.revision);
      if (prng.chance(0.03) && store.revision > store.compacted) {
        store.compact(prng.between(store.compacted + 1, store.revision));
      }
      const at = prng.between(Math.max(1, store.compacted), store.revision);
      const from = anyKey();
      const to = prng.pick([null, anyKey()]);
      const expected = model.range(from, to, at);
      expect([...store.range({ from, to }, at)].map(told)).toEqual(expected);
      expect(store.count({ from, to }, at)).toBe(expected.length);
    }
    for (let at = Math.max(1, store.compacted); at <= store.revision; at += prng.between(1, 25)) {
      expect(state(store, at)).toEqual(model.range("", null, at));
      expect(store.count(ALL, at)).toBe(model.range("", null, at).length);
    }
  });
});
