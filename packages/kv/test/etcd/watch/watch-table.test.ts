import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isInRange, keyRange, type KeyRange } from "../../../src/etcd/store/index.ts";
import { RangeIndex } from "../../../src/etcd/watch/range-index.ts";
import { WatchTable, type WatchGroup } from "../../../src/etcd/watch/watch-table.ts";
import { Watcher } from "../../../src/etcd/watch/watcher.ts";
import type { WatchStream } from "../../../src/etcd/watch/watch-stream.ts";
import { bytesOf } from "../apply/commands.ts";

const NO_STREAM = {} as WatchStream;
const WANTS = { interest: "all", fragment: false, progressNotify: false } as const;

function watcher(range: KeyRange, prevKv = false): Watcher {
  return new Watcher(NO_STREAM, 0n, range, 0, { ...WANTS, prevKv });
}

const rangeOf = (key: string, end = ""): KeyRange => keyRange(bytesOf(key), bytesOf(end));

/** The watchers of all groups that a change of the key concerns. */
function found(table: WatchTable, key: string): Set<Watcher> {
  const watchers: Watcher[] = [];
  table.visit(key, (group) => watchers.push(...group.watchers));
  const once = new Set(watchers);
  expect(once.size).toBe(watchers.length);
  return once;
}

// Few characters, so that keys are often equal, and ranges begin, end and nest at them.
const anyKey = fc.string({ unit: fc.constantFrom("\0", "a", "b", "\u00ff"), maxLength: 3 });
const anyEnd = fc.oneof(fc.constant(""), fc.constant("\0"), anyKey);
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ key: anyKey, end: anyEnd, prevKv: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.nat() }) },
);

describe("whatever comes and goes", () => {
  test("a key finds those whose range it is in, and groups know what they want", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 100, size: "max" }), anyKey, (steps, key) => {
        const table = new WatchTable();
        const present: { readonly watcher: Watcher; readonly group: WatchGroup }[] = [];
        for (const step of steps) {
          if (!("drop" in step)) {
            const added = watcher(rangeOf(step.key, step.end), step.prevKv);
            present.push({ watcher: added, group: table.add(added) });
          } else if (present.length > 0) {
            const [dropped] = present.splice(step.drop % present.length, 1);
            if (dropped !== undefined) table.remove(dropped.watcher, dropped.group);
          }
        }
        for (const probe of [key, "", "a", "ab", "b\u00ff"]) {
          const expected = present.filter((each) => isInRange(probe, each.watcher.range));
          expect(found(table, probe)).toEqual(new Set(expected.map((each) => each.watcher)));
        }
        const groups = table.groups();
        expect(new Set(groups)).toEqual(new Set(present.map((each) => each.group)));
        expect(table.isEmpty).toBe(present.length === 0);
        for (const { watchers, prevWanted } of groups) {
          expect(prevWanted).toBe([...watchers].filter(({ wants }) => wants.prevKv).length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("equal ranges share a group, however they are written", () => {
  const table = new WatchTable();
  const group = table.add(watcher(rangeOf("a")));
  expect(table.add(watcher(rangeOf("a", "a\0")))).toBe(group);
  expect(table.add(watcher(rangeOf("a", "b")))).not.toBe(group);
});

describe("many ranges", () => {
  const COUNT = 20_000;

  /** Nodes of the index that a look-up goes to, about. */
  function looks(index: RangeIndex<string>, key: string): { found: string[]; compared: number } {
    let compared = 0;
    const counting = {
      // What every node compares with is the key itself.
      [Symbol.toPrimitive]: () => {
        compared++;
        return key;
      },
    } as unknown as string;
    const names: string[] = [];
    index.visit(counting, (name) => names.push(name));
    return { found: names, compared };
  }

  test.each([
    ["beside each other, in order", (i: number) => i],
    ["beside each other, in reverse", (i: number) => COUNT - 1 - i],
    ["beside each other, in no order", (i: number) => (i * 7919) % COUNT],
  ])("%s: a key looks at few of them", (_, place) => {
    const name = (i: number): string => `k${String(i).padStart(6, "0")}`;
    const index = new RangeIndex<string>();
    for (let i = 0; i < COUNT; i++) {
      index.add({ from: `${name(place(i))}/`, to: `${name(place(i))}0` }, name(place(i)));
    }
    const { found: names, compared } = looks(index, `${name(4711)}/x`);
    expect(names).toEqual([name(4711)]);
    expect(compared).toBeLessThan(200);
    for (let i = 0; i < COUNT; i += 2) {
      index.delete({ from: `${name(i)}/`, to: `${name(i)}0` });
    }
    expect(index.size).toBe(COUNT / 2);
    expect(looks(index, `${name(4711)}/x`).found).toEqual([name(4711)]);
    expect(looks(index, `${name(4712)}/x`)).toMatchObject({ found: [] });
    expect(looks(index, `${name(4712)}/x`).compared).toBeLessThan(200);
  });

  test("of which one holds all others do not hide it", () => {
    const index = new RangeIndex<string>();
    index.add({ from: "", to: null }, "all");
    for (let i = 0; i < 1000; i++) index.add({ from: `a${i}`, to: `a${i}!` }, `a${i}`);
    expect(looks(index, "b")).toMatchObject({ found: ["all"] });
    expect(looks(index, "b").compared).toBeLessThan(3000);
    expect([...index.items()]).toHaveLength(1001);
  });
});
