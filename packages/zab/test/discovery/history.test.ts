import { ORIGIN, Prng, type LogTail, type Position } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { historyOf, lastCommon, type History } from "../../src/discovery/history.ts";
import { logOf } from "../log-of.ts";

describe("a history", () => {
  test("says where the log begins, where each epoch begins in it, and where it ends", () => {
    expect(historyOf(logOf(ORIGIN, 1, 1, 2, 5, 5))).toEqual({
      base: ORIGIN,
      epochs: [
        { term: 1, from: 1 },
        { term: 2, from: 3 },
        { term: 5, from: 4 },
      ],
      last: { term: 5, index: 5 },
    });
  });

  test("of an empty log is where it begins", () => {
    const base = { term: 3, index: 9 };
    expect(historyOf(logOf(base))).toEqual({ base, epochs: [], last: base });
  });

  test("of very many epochs is bounded, and begins where what it tells begins", () => {
    const log = logOf(ORIGIN, ...Array.from({ length: 1000 }, (_, i) => 1 + (i >> 1)));
    const { base, epochs, last } = historyOf(log);
    expect(epochs).toHaveLength(256);
    expect(epochs[0]).toEqual({ term: 245, from: 489 });
    expect(base).toEqual({ term: 244, index: 488 });
    expect(last).toEqual({ term: 500, index: 1000 });
    expect(lastCommon(log, { base, epochs, last })).toEqual(last);
    expect(lastCommon(logOf(ORIGIN, ...Array<number>(700).fill(1)), historyOf(log))).toBeNull();
  });
});

describe("what two logs have in common", () => {
  const ours = [1, 1, 1, 2, 2, 5, 5]; // 1/1 1/2 1/3 2/4 2/5 5/6 5/7
  const cases: readonly (readonly [string, readonly number[], Position])[] = [
    ["the same log", ours, { term: 5, index: 7 }],
    ["a shorter one, within an epoch", [1, 1], { term: 1, index: 2 }],
    ["a shorter one, at the end of an epoch", [1, 1, 1, 2, 2], { term: 2, index: 5 }],
    ["an empty one", [], ORIGIN],
    ["a longer one of our last epoch", [...ours, 5, 5], { term: 5, index: 7 }],
    ["a longer one of a newer epoch", [...ours, 6], { term: 5, index: 7 }],
    ["more of an earlier epoch than we took over", [1, 1, 1, 2, 2, 2, 2], { term: 2, index: 5 }],
    ["less of an earlier epoch, then one of its own", [1, 1, 1, 2, 3, 3, 3], { term: 2, index: 4 }],
    ["an epoch that we do not have, early", [1, 3, 3, 3, 3, 3, 3, 3, 3], { term: 1, index: 1 }],
    ["another first epoch", [4, 4], ORIGIN],
  ];
  test.each(cases)("%s", (_what, theirs, common) => {
    expect(lastCommon(logOf(ORIGIN, ...ours), historyOf(logOf(ORIGIN, ...theirs)))).toEqual(common);
  });

  test("is told by their base, when they hold no more than that", () => {
    const log = logOf(ORIGIN, ...ours);
    const at = (base: Position): History => ({ base, epochs: [], last: base });
    expect(lastCommon(log, at({ term: 2, index: 5 }))).toEqual({ term: 2, index: 5 });
    expect(lastCommon(log, at({ term: 3, index: 5 }))).toBeNull();
    expect(lastCommon(log, at({ term: 5, index: 9 }))).toBeNull();
  });

  test("is unknown when they end before we begin", () => {
    const log = logOf({ term: 2, index: 5 }, 5, 5);
    expect(lastCommon(log, historyOf(logOf(ORIGIN, 1, 1)))).toBeNull();
  });

  test("is our base when they reach just that", () => {
    const log = logOf({ term: 2, index: 5 }, 5, 5);
    expect(lastCommon(log, historyOf(logOf(ORIGIN, 1, 1, 1, 2, 2)))).toEqual({ term: 2, index: 5 });
    expect(lastCommon(log, historyOf(logOf(ORIGIN, 1, 1, 1, 2, 2, 3)))).toEqual({
      term: 2,
      index: 5,
    });
  });
});

describe("against comparing entry by entry, in random worlds", () => {
  /** Histories as ZAB makes them: each epoch goes on from a prefix of an earlier one. */
  function world(prng: Prng): number[][] {
    const histories: number[][] = [[]];
    for (let epoch = 1; epoch <= 8; epoch++) {
      const from = prng.pick(histories);
      const kept = from.slice(0, prng.between(0, from.length));
      histories.push([...kept, ...Array<number>(prng.between(0, 4)).fill(epoch)]);
    }
    return histories;
  }

  function prefixOf(prng: Prng, history: readonly number[]): readonly number[] {
    return history.slice(0, prng.between(0, history.length));
  }

  function trimmed(prng: Prng, terms: readonly number[]): LogTail {
    const log = logOf(ORIGIN, ...terms);
    log.trim(prng.between(0, terms.length));
    return log;
  }

  test.each(Array.from({ length: 20 }, (_, i) => i))("world %i", (seed) => {
    const prng = new Prng(seed);
    const histories = world(prng);
    for (let pair = 0; pair < 100; pair++) {
      const a = prefixOf(prng, prng.pick(histories));
      const b = prefixOf(prng, prng.pick(histories));
      const ours = trimmed(prng, a);
      const theirs = trimmed(prng, b);
      const expected = commonPrefix(a, b);
      const found = lastCommon(ours, historyOf(theirs));
      // What lies before both logs begin cannot be found; what is found must be all.
      const reach = Math.max(ours.base.index, theirs.base.index);
      const words = `${a.join()} behind ${ours.base.index}, ${b.join()} behind ${theirs.base.index}`;
      if (expected < reach) expect(found, words).toBeNull();
      else expect(found, words).toEqual({ index: expected, term: a[expected - 1] ?? 0 });
    }
  });

  function commonPrefix(a: readonly number[], b: readonly number[]): number {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length++;
    return Math.min(length, b.length);
  }
});
