import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Outbound, SlabPool } from "../../src/http2/outbound.ts";

/** Writes so many bytes, each another one than the byte before. */
function write(out: Outbound, count: number, from: number): void {
  out.ensure(count);
  for (let i = 0; i < count; i++) out.bytes[out.length + i] = (from + i) % 251;
  out.length += count;
}

/** What was gathered, in the pieces that it leaves in. */
function flush(out: Outbound, done = true): Buffer[] {
  const copies: Buffer[] = [];
  const sink = {
    write: (pieces: readonly Uint8Array[]): boolean => {
      copies.push(...pieces.map((piece) => Buffer.from(piece)));
      return done;
    },
  };
  expect(out.flush(sink)).toBe(done);
  expect(out.total).toBe(0);
  return copies;
}

test("what was written leaves as it was written, turn after turn", () => {
  const anyTurn = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 70_000 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(anyTurn, { maxLength: 5 }), fc.boolean(), (turns, done) => {
      const out = new Outbound(new SlabPool());
      for (const counts of turns) {
        let total = 0;
        for (const count of counts) {
          write(out, count, total);
          total += count;
          expect(out.total).toBe(total);
        }
        const left = Buffer.concat(total > 0 ? flush(out, done) : []);
        expect(left.length).toBe(total);
        expect(left.every((byte, i) => byte === i % 251)).toBe(true);
      }
    }),
  );
});

test("a turn's output leaves in one piece, unless there is much of it", () => {
  const out = new Outbound(new SlabPool());
  for (let i = 0; i < 60; i++) write(out, 500, 0);
  expect(flush(out)).toHaveLength(1);
  for (let i = 0; i < 70; i++) write(out, 500, 0);
  expect(flush(out)).toHaveLength(2);
});

describe("slabs", () => {
  /** Of how many bytes the slabs are that so many connections take with what they say. */
  function slabsOf(pool: SlabPool, connections: number, count: number): Set<ArrayBufferLike> {
    const all = Array.from({ length: connections }, () => new Outbound(pool));
    for (const out of all) write(out, count, 0);
    const slabs = new Set(all.map(({ bytes }) => bytes.buffer));
    for (const out of all) flush(out);
    return slabs;
  }

  const bytesOf = (slabs: Iterable<ArrayBufferLike>): number =>
    [...slabs].reduce((sum, slab) => sum + slab.byteLength, 0);

  test("of those who are told little are small, and serve the next turn", () => {
    const pool = new SlabPool();
    const first = slabsOf(pool, 1000, 300);
    expect(bytesOf(first)).toBeLessThan(2_000_000);
    const second = slabsOf(pool, 1000, 300);
    expect([...second].every((slab) => first.has(slab))).toBe(true);
  });

  test("that become too small are free at once", () => {
    const pool = new SlabPool();
    const [out, other] = [new Outbound(pool), new Outbound(pool)];
    write(out, 300, 0);
    const { buffer } = out.bytes;
    write(out, 3000, 300);
    write(other, 300, 0);
    expect(other.bytes.buffer).toBe(buffer);
  });

  test("are kept up to a bound of either kind, and not while somebody reads from them", () => {
    const pool = new SlabPool(100_000);
    for (const count of [300, 3000]) {
      const first = slabsOf(pool, 200, count);
      const kept = [...slabsOf(pool, 200, count)].filter((slab) => first.has(slab));
      expect(bytesOf(kept)).toBeGreaterThanOrEqual(100_000);
      expect(bytesOf(kept)).toBeLessThan(150_000);
    }
    const out = new Outbound(new SlabPool());
    write(out, 10, 0);
    const { buffer } = out.bytes;
    flush(out, false);
    write(out, 10, 0);
    expect(out.bytes.buffer).not.toBe(buffer);
  });
});
