import { describe, expect, test } from "vitest";
import {
  checkRevision,
  isReadOnly,
  isSerializable,
  range as read,
  validateDeleteRange,
  validatePut,
  validateRange,
  validateTxn,
} from "../../../src/etcd/apply/index.ts";
import type { RangeRequest, RequestOp } from "../../../src/etcd/codec/index.ts";
import {
  apply,
  bytesOf,
  compact,
  compare,
  del,
  machineWith,
  put,
  range,
  textOf,
  txn,
} from "./commands.ts";

describe("what is wrong with a request in itself", () => {
  test.each([
    ["a range without a key", validateRange(range("")), "emptyKey"],
    [
      "an order that does not exist",
      validateRange(range("a", { sortOrder: null })),
      "invalidSortOption",
    ],
    [
      "a target that does not exist",
      validateRange(range("a", { sortTarget: null })),
      "invalidSortOption",
    ],
    ["a range", validateRange(range("a")), null],
    ["a put without a key", validatePut(put("", "1")), "emptyKey"],
    [
      "a put that keeps the value and has one",
      validatePut(put("a", "1", { ignoreValue: true })),
      "valueProvided",
    ],
    [
      "a put that keeps the lease and has one",
      validatePut(put("a", "", { ignoreLease: true, lease: 1n })),
      "leaseProvided",
    ],
    ["a put of nothing", validatePut(put("a", "")), null],
    ["a deletion without a key", validateDeleteRange(del("")), "emptyKey"],
    ["a deletion", validateDeleteRange(del("a")), null],
    [
      "a comparison without a key",
      validateTxn(txn([], [], [compare("", { kind: "mod", number: 0 })])),
      "emptyKey",
    ],
    ["an operation of no kind", validateTxn(txn([null])), "keyNotFound"],
    ["a wrong operation in the other branch", validateTxn(txn([], [put("", "")])), "emptyKey"],
    ["a wrong operation further inside", validateTxn(txn([txn([range("")])])), "emptyKey"],
  ])("%s", (_, found, expected) => {
    expect(found).toBe(expected);
  });

  const reads = (count: number): RequestOp[] => Array.from({ length: count }, () => range("a"));
  const conditions = (count: number) =>
    Array.from({ length: count }, () => compare("a", { kind: "mod", number: 0 }));

  test.each([
    ["128 operations", txn(reads(128)), null],
    ["129 operations", txn(reads(129)), "tooManyOps"],
    ["129 operations in the other branch", txn([], reads(129)), "tooManyOps"],
    ["129 comparisons", txn([], [], conditions(129)), "tooManyOps"],
    ["128 of each", txn(reads(128), reads(128), conditions(128)), null],
    ["129 operations further inside", txn([txn(reads(129))]), "tooManyOps"],
  ])("%s", (_, request, expected) => {
    expect(validateTxn(request)).toBe(expected);
  });

  test("more where a member takes more, and no more than that in all levels together", () => {
    expect(validateTxn(txn(reads(5000)), 5000)).toBeNull();
    expect(validateTxn(txn(reads(5001)), 5000)).toBe("tooManyOps");
    expect(validateTxn(txn([txn(reads(2000)), txn(reads(2000))]), 4000)).toBeNull();
    expect(validateTxn(txn([txn(reads(2100)), txn(reads(2100))]), 4000)).toBe("tooManyOps");
  });

  test.each([
    ["a key put twice", txn([put("a", "1"), put("a", "2")]), "duplicateKey"],
    [
      "a key put twice in the other branch",
      txn([], [put("a", "1"), put("a", "2")]),
      "duplicateKey",
    ],
    ["a key put in each branch", txn([put("a", "1")], [put("a", "2")]), null],
    ["a key put and deleted", txn([put("a", "1"), del("a")]), "duplicateKey"],
    ["a key put in a range that is deleted", txn([del("a", "c"), put("b", "1")]), "duplicateKey"],
    ["a key put at the end of a range that is deleted", txn([del("a", "b"), put("b", "1")]), null],
    [
      "a key put behind the start of an endless deletion",
      txn([del("a", "\0"), put("b", "1")]),
      "duplicateKey",
    ],
    ["a key put beside an empty range that is deleted", txn([del("c", "a"), put("b", "1")]), null],
    ["two deletions of a key", txn([del("a", "c"), del("b")]), null],
    [
      "a key put here and further inside",
      txn([put("a", "1"), txn([put("a", "2")])]),
      "duplicateKey",
    ],
    [
      "a key put further inside and deleted here",
      txn([txn([], [put("a", "2")]), del("a")]),
      "duplicateKey",
    ],
    [
      "a key deleted further inside and put here",
      txn([txn([del("a")]), put("a", "2")]),
      "duplicateKey",
    ],
    [
      "a key put in two transactions inside",
      txn([txn([put("a", "1")]), txn([put("a", "2")])]),
      "duplicateKey",
    ],
    [
      "a key deleted in one and put in the next",
      txn([txn([del("a")]), txn([put("a", "2")])]),
      "duplicateKey",
    ],
    [
      "a key put in one and deleted in the next",
      txn([txn([put("a", "2")]), txn([del("a")])]),
      "duplicateKey",
    ],
    ["a key put in both branches inside", txn([txn([put("a", "1")], [put("a", "2")])]), null],
    [
      "a key put in one and deleted in the other branch inside",
      txn([txn([put("a", "1")], [del("a")])]),
      null,
    ],
    [
      "a key put in both branches inside, and here",
      txn([put("a", "0"), txn([put("a", "1")], [put("a", "2")])]),
      "duplicateKey",
    ],
    ["a key read and put", txn([range("a"), put("a", "1"), range("a")]), null],
  ])("%s", (_, request, expected) => {
    expect(validateTxn(request)).toBe(expected);
  });
});

describe("a transaction that only reads", () => {
  const stale = range("a", { serializable: true });

  test.each([
    ["ranges", txn([range("a")], [range("b")]), true, false],
    ["serializable ranges", txn([stale], [stale]), true, true],
    ["one that is not", txn([stale], [range("a")]), true, false],
    ["ranges further inside", txn([txn([stale])]), true, true],
    ["one that is not, further inside", txn([stale, txn([], [range("a")])]), true, false],
    ["nothing but comparisons", txn([]), true, false],
    ["nothing but comparisons, further inside", txn([txn([])]), true, false],
    ["a put", txn([stale, put("a", "1")]), false, false],
    [
      "a put in the other branch, further inside",
      txn([], [txn([], [put("a", "1")])]),
      false,
      false,
    ],
    ["a deletion", txn([del("a")]), false, false],
  ])("%s", (_, request, readOnly, serializable) => {
    expect(isReadOnly(request)).toBe(readOnly);
    if (readOnly) expect(isSerializable(request)).toBe(serializable);
  });
});

describe("a range", () => {
  // Revisions 2 to 6; b changes last and has the version 2.
  const { store } = machineWith(["b", "z"], ["a", "y"], ["c", "x"], ["d", "y"], ["b", "w"]);
  const all = (rest: Partial<RangeRequest>): RangeRequest =>
    range("a", { rangeEnd: bytesOf("z"), ...rest });
  const keys = (request: RangeRequest, revision = store.revision): string =>
    read(store, request, revision)
      .kvs.map((kv) => kv.key)
      .join("");

  test.each<[string, Partial<RangeRequest>, string]>([
    ["by key", {}, "abcd"],
    ["by key, the last first", { sortOrder: "descend" }, "dcba"],
    ["by version", { sortTarget: "version", sortOrder: "descend" }, "bacd"],
    ["by creation", { sortTarget: "create", sortOrder: "ascend" }, "bacd"],
    ["by modification", { sortTarget: "mod", sortOrder: "descend" }, "bdca"],
    ["by value", { sortTarget: "value", sortOrder: "ascend" }, "bcad"],
    ["no order but a target ascends", { sortTarget: "mod" }, "acdb"],
    ["a limit is of the sorted", { sortTarget: "mod", sortOrder: "descend", limit: 2 }, "bd"],
    ["a limit that is negative is none", { limit: -1 }, "abcd"],
    ["changed since", { minModRevision: 4 }, "bcd"],
    ["changed until", { maxModRevision: 4 }, "ac"],
    ["created since", { minCreateRevision: 4 }, "cd"],
    ["created until", { maxCreateRevision: 3 }, "ab"],
    ["a limit is of what passes", { minCreateRevision: 3, limit: 2 }, "ac"],
  ])("%s", (_, rest, expected) => {
    expect(keys(all(rest))).toBe(expected);
  });

  test.each<[string, Partial<RangeRequest>, boolean, number]>([
    ["everything", {}, false, 4],
    ["just as many as there are", { limit: 4 }, false, 4],
    ["one less", { limit: 3 }, true, 4],
    ["as many as pass", { limit: 2, maxModRevision: 4 }, false, 4],
    ["fewer than pass", { limit: 1, maxModRevision: 4 }, true, 4],
    ["the number alone", { countOnly: true, limit: 1 }, false, 4],
  ])("tells whether there is more, and how many there are: %s", (_, rest, more, count) => {
    expect(read(store, all(rest), store.revision)).toMatchObject({ more, count });
  });

  test("without values still sorts by them", () => {
    const result = read(
      store,
      all({ keysOnly: true, sortTarget: "value", sortOrder: "ascend" }),
      6,
    );
    expect(result.kvs.map((kv) => kv.key)).toEqual(["b", "c", "a", "d"]);
    expect(result.kvs.every((kv) => kv.value.length === 0 && kv.count > 0)).toBe(true);
  });

  test("of the past", () => {
    expect([2, 3, 4, 5, 6].map((revision) => keys(all({}), revision))).toEqual([
      "b",
      "ab",
      "abc",
      "abcd",
      "abcd",
    ]);
  });

  test("can be read from the last compaction on, up to now", () => {
    const machine = machineWith(["a", "1"], ["a", "2"], ["a", "3"]);
    apply(machine, compact(3));
    const check = (revision: number): string | null => checkRevision(machine.store, revision);
    expect([-1, 0, 1, 2, 3, 4, 5].map(check)).toEqual([
      null,
      null,
      "compacted",
      "compacted",
      null,
      null,
      "futureRevision",
    ]);
    expect(read(machine.store, range("a"), 3).kvs.map((kv) => textOf(kv.value))).toEqual(["2"]);
  });
});
