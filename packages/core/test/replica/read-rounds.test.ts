import { expect, test } from "vitest";
import { ReadRounds, type ReadBarrier } from "../../src/index.ts";

const own = (id: number): ReadBarrier => ({ from: null, id });
const of = (peer: string, session: number, id: number): ReadBarrier => {
  return { from: { peer, session }, id };
};

test("barriers that wait share a round, with the commit index at which it begins", () => {
  const reads = new ReadRounds();
  expect(reads.hasWaiting).toBe(false);
  reads.add(own(1));
  reads.add(of("b", 7, 1));
  expect(reads.hasWaiting).toBe(true);
  reads.begin(5);
  expect(reads).toMatchObject({ round: 1, hasWaiting: false });
  expect(reads.confirm(() => true)).toEqual([
    { round: 1, index: 5, barriers: [own(1), of("b", 7, 1)] },
  ]);
});

test("a barrier that comes after a round has begun is not in it", () => {
  const reads = new ReadRounds();
  reads.add(own(1));
  reads.begin(5);
  reads.add(own(2));
  expect(reads.confirm(() => true).flatMap((round) => round.barriers)).toEqual([own(1)]);
  expect(reads.hasWaiting).toBe(true);
  reads.begin(6);
  expect(reads.confirm(() => true)).toEqual([{ round: 2, index: 6, barriers: [own(2)] }]);
});

test("nothing is confirmed by nobody", () => {
  const reads = new ReadRounds();
  reads.add(own(1));
  reads.begin(5);
  expect(reads.confirm(() => false)).toEqual([]);
  expect(reads.confirm((round) => round < 1)).toEqual([]);
});

test("a newer round confirms all before it, oldest first, each with its own index", () => {
  const reads = new ReadRounds();
  for (const [id, index] of [
    [1, 5],
    [2, 6],
    [3, 7],
  ] as const) {
    reads.add(own(id));
    reads.begin(index);
  }
  const confirmed = reads.confirm((round) => round === 2);
  expect(confirmed.map(({ round, index }) => [round, index])).toEqual([
    [1, 5],
    [2, 6],
  ]);
  expect(reads.confirm((round) => round <= 2)).toEqual([]); // answered once
  expect(reads.confirm((round) => round <= 3)).toHaveLength(1);
});

test("when leadership is over, whoever asked is told, in rounds or waiting", () => {
  const reads = new ReadRounds();
  reads.add(own(1));
  reads.begin(5);
  reads.add(of("b", 7, 1));
  expect(reads.drain()).toEqual([own(1), of("b", 7, 1)]);
  expect(reads.drain()).toEqual([]);
  expect(reads.confirm(() => true)).toEqual([]);
});
