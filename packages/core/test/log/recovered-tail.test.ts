import { describe, expect, test } from "vitest";
import { appendRun } from "../../src/entry.ts";
import { recoverTail } from "../../src/log/recovered-tail.ts";
import { ORIGIN } from "../../src/position.ts";

const NOOP = { kind: "noop" as const, data: new Uint8Array(0) };
const { entries } = appendRun([NOOP, NOOP, NOOP], { first: 5, term: 2, time: 0 });
const found = { base: { index: 4, term: 1 }, entries };

describe("a log found at a start", () => {
  test("goes on as it is without a snapshot, or behind one that agrees with it", () => {
    const whole = { base: ORIGIN, entries };
    expect(recoverTail(null, whole)).toEqual({ tail: entries, resetTo: null });
    for (const snapshot of [
      { index: 4, term: 1 },
      { index: 6, term: 2 },
      { index: 7, term: 2 },
    ]) {
      expect(recoverTail(snapshot, found)).toEqual({ tail: entries, resetTo: null });
    }
  });

  test("begins anew behind a snapshot that it does not reach", () => {
    const snapshot = { index: 8, term: 2 };
    expect(recoverTail(snapshot, found)).toEqual({ tail: [], resetTo: snapshot });
  });

  test("begins anew behind a snapshot that it parts from, though it is longer", () => {
    const snapshot = { index: 6, term: 3 };
    expect(recoverTail(snapshot, found)).toEqual({ tail: [], resetTo: snapshot });
  });

  test("that misses entries behind the snapshot is refused", () => {
    const invariant = expect.objectContaining({ code: "ERR_INVARIANT" });
    expect(() => recoverTail({ index: 3, term: 1 }, found)).toThrow(invariant);
    expect(() => recoverTail(null, found)).toThrow(invariant);
  });
});
