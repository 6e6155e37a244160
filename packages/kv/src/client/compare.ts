import type { Compare, CompareResult, CompareTarget } from "../etcd/codec/index.ts";
import { bytesOf, keyRangeOf, type Bytes, type Keys } from "./key-range.ts";

/** A condition of a transaction; made by {@link compare}. */
export type Condition = Compare;

/** What a key's version, revision, value or lease is held against. */
export interface Comparable<Value> {
  equals(value: Value): Condition;
  differsFrom(value: Value): Condition;
  isBelow(value: Value): Condition;
  isAbove(value: Value): Condition;
}

/** What of a key can be compared; a key that is not there has 0 everywhere, and no value. */
export interface Comparison {
  readonly version: Comparable<number>;
  readonly createRevision: Comparable<number>;
  readonly modRevision: Comparable<number>;
  readonly value: Comparable<Bytes>;
  readonly lease: Comparable<bigint>;
}

/** Begins a condition on a key; on a range of keys, it must hold for each that is there. */
export function compare(keys: Keys): Comparison {
  const range = keyRangeOf(keys);
  const comparable = <Value>(target: (value: Value) => CompareTarget): Comparable<Value> => {
    const condition =
      (result: CompareResult) =>
      (value: Value): Condition => ({ ...range, result, target: target(value) });
    return {
      equals: condition("equal"),
      differsFrom: condition("notEqual"),
      isBelow: condition("less"),
      isAbove: condition("greater"),
    };
  };
  return {
    version: comparable((number) => ({ kind: "version", number })),
    createRevision: comparable((number) => ({ kind: "create", number })),
    modRevision: comparable((number) => ({ kind: "mod", number })),
    value: comparable((value) => ({ kind: "value", value: bytesOf(value) })),
    lease: comparable((lease) => ({ kind: "lease", lease })),
  };
}
