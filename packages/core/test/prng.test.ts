import { describe, expect, test } from "vitest";
import { Prng } from "../src/prng.ts";

const MASK = 0xffff_ffffn;
const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & MASK;

/** xoshiro128** as its authors define it, seeded as ours is, in arithmetic without surprises. */
function* reference(seed: number): Generator<number> {
  let state = (BigInt.asUintN(32, BigInt(seed)) ^ BigInt.asUintN(32, BigInt(seed) >> 32n)) & MASK;
  const next = (): bigint => {
    state = (state + 0x9e37_79b9n) & MASK;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x85eb_ca6bn) & MASK;
    z = ((z ^ (z >> 13n)) * 0xc2b2_ae35n) & MASK;
    return z ^ (z >> 16n);
  };
  let [a, b, c, d] = [next(), next(), next(), next() | 1n];
  for (;;) {
    yield Number((rotate((b * 5n) & MASK, 7n) * 9n) & MASK);
    const t = (b << 9n) & MASK;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11n);
  }
}

test.each([0, 1, 42, 0xffff_ffff, 2 ** 40 + 7])("seed %i gives xoshiro128**'s numbers", (seed) => {
  const prng = new Prng(seed);
  const expected = reference(seed);
  for (let i = 0; i < 1000; i++) expect(prng.uint32()).toBe(expected.next().value);
});

describe("derived draws", () => {
  test("stay in their ranges and reach both ends", () => {
    const prng = new Prng(3);
    const below = new Set(Array.from({ length: 300 }, () => prng.below(5)));
    expect([...below].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    const between = new Set(Array.from({ length: 300 }, () => prng.between(-1, 2)));
    expect([...between].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
    const picked = new Set(Array.from({ length: 300 }, () => prng.pick(["a", "b", "c"])));
    expect([...picked].sort()).toEqual(["a", "b", "c"]);
  });

  test("chance is never at 0, always at 1, and in between about as often as it says", () => {
    const prng = new Prng(4);
    const hits = (probability: number): number =>
      Array.from({ length: 2000 }, () => prng.chance(probability)).filter(Boolean).length;
    expect(hits(0)).toBe(0);
    expect(hits(1)).toBe(2000);
    expect(Math.abs(hits(0.25) - 500)).toBeLessThan(100);
  });

  test("refuses to pick from nothing", () => {
    expect(() => new Prng(1).pick([])).toThrow(RangeError);
  });

  test("a fork's draws do not move its origin's", () => {
    const [one, two] = [new Prng(9), new Prng(9)];
    const fork = one.fork();
    two.fork();
    for (let i = 0; i < 10; i++) fork.uint32();
    expect(one.uint32()).toBe(two.uint32());
    expect(fork.uint32()).not.toBe(one.uint32());
  });
});
