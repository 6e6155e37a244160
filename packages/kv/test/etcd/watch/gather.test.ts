import { describe, expect, test } from "vitest";
import { keyRange, MvccStore } from "../../../src/etcd/store/index.ts";
import { gather, type GatherLimits } from "../../../src/etcd/watch/gather.ts";
import type { WatchStream } from "../../../src/etcd/watch/watch-stream.ts";
import { WatchTable } from "../../../src/etcd/watch/watch-table.ts";
import { Watcher } from "../../../src/etcd/watch/watcher.ts";
import { bytesOf } from "../apply/commands.ts";

const LIMITS: GatherLimits = { changesMax: 1000, bytesMax: 1_000_000 };

/** Each of the revisions from 2 on puts these keys. */
function storeWith(...revisions: readonly (readonly string[])[]): MvccStore {
  const store = new MvccStore();
  for (const keys of revisions) {
    for (const key of keys) store.put(key, bytesOf("v".repeat(100)), 0n);
    store.commit();
  }
  return store;
}

function tableOf(...keys: readonly string[]): WatchTable {
  const table = new WatchTable();
  for (const key of keys) {
    const wants = { interest: "all", fragment: false, progressNotify: false } as const;
    const options = { ...wants, prevKv: key.endsWith("!") };
    const range = keyRange(bytesOf(key.replace("!", "")), bytesOf(""));
    table.add(new Watcher({} as WatchStream, 0n, range, 0, options));
  }
  return table;
}

function found(
  store: MvccStore,
  table: WatchTable,
  limits: Partial<GatherLimits> = {},
  [from, until] = [2, store.revision],
): { told: readonly string[]; through: number } {
  const { due, through } = gather(store, table, from, until, { ...LIMITS, ...limits });
  const told = [...due.values()].flatMap(({ events }) =>
    events.map(({ kv, prevKv }) => `${kv.key}@${kv.mod}${prevKv ? `[${prevKv.mod}]` : ""}`),
  );
  return { told, through };
}

describe("what is gathered", () => {
  test("are the changes of the revisions asked for that somebody watches", () => {
    const store = storeWith(["a", "b"], ["b"], ["a"], ["b"], ["a"]);
    expect(found(store, tableOf("a"))).toEqual({ told: ["a@2", "a@4", "a@6"], through: 6 });
    expect(found(store, tableOf("a"), {}, [3, 5])).toEqual({ told: ["a@4"], through: 5 });
    expect(found(store, tableOf("x"))).toEqual({ told: [], through: 6 });
    expect(found(store, tableOf())).toEqual({ told: [], through: 6 });
  });

  test("ends with a whole revision, when so many changes were looked at", () => {
    const store = storeWith(["a", "b", "c"], ["b"], ["a"], ["b"]);
    const table = tableOf("a", "b");
    const upTo = (changesMax: number): unknown => found(store, table, { changesMax }).through;
    expect([1, 2, 3, 4, 5, 6, 7].map(upTo)).toEqual([2, 2, 2, 3, 4, 5, 5]);
    expect(found(store, table, { changesMax: 4 }).told).toEqual(["a@2", "b@2", "b@3"]);
  });

  test("ends with a whole revision, when there is so much of it to be told", () => {
    const store = storeWith(["a", "b"], ["x"], ["a"], ["b"]);
    const table = tableOf("a", "b");
    // About a hundred and the overhead each; of what nobody watches there is nothing.
    expect(found(store, table, { bytesMax: 1 })).toEqual({ told: ["a@2", "b@2"], through: 2 });
    expect(found(store, table, { bytesMax: 500 })).toEqual({
      told: ["a@2", "a@4", "b@2"],
      through: 4,
    });
  });

  test("knows what was before where somebody wants to", () => {
    const store = storeWith(["a", "b"], ["a", "b"]);
    expect(found(store, tableOf("a!", "a", "b")).told).toEqual(["a@2", "a@3[2]", "b@2", "b@3"]);
  });
});
