import { describe, expect, test } from "vitest";
import { Prng } from "../../../src/prng.ts";
import {
  checkRegisterHistory,
  type RegisterOperation,
} from "../../../src/testing/checkers/linearizability.ts";

/** Tries every order: what the quick check must agree with. */
function isLinearizable(operations: readonly RegisterOperation[]): boolean {
  const search = (left: readonly RegisterOperation[], value: number | null): boolean => {
    // What nobody was told of need not happen.
    if (left.every((operation) => operation.returned === Infinity)) return true;
    const firstReturn = Math.min(...left.map((operation) => operation.returned));
    return left.some((operation) => {
      if (operation.invoked > firstReturn) return false;
      if (operation.kind === "read" && operation.value !== value) return false;
      return search(
        left.filter((other) => other !== operation),
        operation.value,
      );
    });
  };
  return search(operations, null);
}

function write(value: number, invoked: number, returned: number): RegisterOperation {
  return { kind: "write", value, invoked, returned };
}

function read(value: number | null, invoked: number, returned: number): RegisterOperation {
  return { kind: "read", value, invoked, returned };
}

/** Up to seven overlapping operations with answers that may or may not be possible. */
function randomHistory(prng: Prng): readonly RegisterOperation[] {
  const count = prng.between(1, 7);
  const moments = Array.from({ length: count * 2 }, (_, i) => i + 1);
  for (let i = moments.length - 1; i > 0; i--) {
    const j = prng.below(prng.chance(0.5) ? i + 1 : Math.min(i + 1, 4));
    [moments[i], moments[j]] = [moments[j] ?? 0, moments[i] ?? 0];
  }
  let writes = 0;
  const kinds = Array.from({ length: count }, () => (prng.chance(0.5) ? ++writes : 0));
  return kinds.map((value, i) => {
    const [a, b] = [moments[2 * i] ?? 0, moments[2 * i + 1] ?? 0];
    const [invoked, returned] = [Math.min(a, b), Math.max(a, b)];
    if (value > 0) return write(value, invoked, prng.chance(0.2) ? Infinity : returned);
    return read(prng.chance(0.2) ? null : prng.below(writes + 1) || null, invoked, returned);
  });
}

describe("the history of a register", () => {
  test("agrees with trying every order", () => {
    const prng = new Prng(1);
    const seen = { possible: 0, impossible: 0 };
    for (let i = 0; i < 20_000; i++) {
      const history = randomHistory(prng);
      const possible = isLinearizable(history);
      seen[possible ? "possible" : "impossible"]++;
      if ((checkRegisterHistory(history) === null) !== possible) {
        expect(checkRegisterHistory(history), JSON.stringify(history)).toBe(possible ? null : "…");
      }
    }
    expect(Math.min(seen.possible, seen.impossible)).toBeGreaterThan(3000);
  });

  test.each([
    ["a stale read", [write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)], /2 came and went while 1/],
    ["a read of the beginning", [write(1, 1, 2), read(null, 3, 4)], /1 came and went while null/],
    ["a read from the future", [read(1, 1, 2), write(1, 3, 4)], /before it was written/],
    ["a read of nothing ever written", [read(7, 1, 2)], /never written/],
    [
      "reads that go back and forth",
      [
        write(1, 1, 20),
        write(2, 2, 21),
        read(1, 3, 4),
        read(2, 5, 6),
        read(1, 7, 8),
        read(2, 9, 10),
      ],
      /1 was still there after 2/,
    ],
    [
      "a write that went unseen between two reads",
      [write(1, 1, 2), read(1, 3, 4), write(2, 5, 6), read(1, 7, 8)],
      /came and went/,
    ],
  ])("refuses %s", (_name, history, why) => {
    expect(checkRegisterHistory(history)).toMatch(why);
  });

  test("a write of unknown outcome may take effect late, or never", () => {
    const lost = write(1, 1, Infinity);
    expect(checkRegisterHistory([lost, read(null, 2, 3)])).toBeNull();
    expect(checkRegisterHistory([lost, read(null, 2, 3), read(1, 4, 5)])).toBeNull();
    expect(checkRegisterHistory([lost, read(1, 2, 3), read(null, 4, 5)])).not.toBeNull();
  });
});
