import { expect, test } from "vitest";
import { SlicedWork } from "../../src/service/sliced-work.ts";

/** The work, and one turn of the loop after the other. */
function workAndLoop(): { readonly work: SlicedWork; readonly turn: () => number } {
  const deferred: (() => void)[] = [];
  const work = new SlicedWork({ defer: (callback) => void deferred.push(callback) });
  const turn = (): number => {
    const callbacks = deferred.splice(0);
    for (const callback of callbacks) callback();
    return callbacks.length;
  };
  return { work, turn };
}

/** A job of so many slices that tells of each. */
const job =
  (name: string, slices: number, done: string[]): (() => boolean) =>
  () => {
    done.push(name);
    return --slices > 0;
  };

test("does one slice a turn, of each job in its turn, and then nothing", () => {
  const { work, turn } = workAndLoop();
  const done: string[] = [];
  work.add(job("a", 3, done));
  work.add(job("b", 2, done));
  expect(done).toEqual([]);
  const callbacks = Array.from({ length: 6 }, turn);
  expect(done).toEqual(["a", "b", "a", "b", "a"]);
  expect(callbacks).toEqual([1, 1, 1, 1, 1, 0]);
});

test("takes up jobs while it works, from within one too, and again when it had none", () => {
  const { work, turn } = workAndLoop();
  const done: string[] = [];
  work.add(() => {
    done.push("first");
    work.add(job("second", 1, done));
    return false;
  });
  while (turn() > 0);
  work.add(job("third", 1, done));
  while (turn() > 0);
  expect(done).toEqual(["first", "second", "third"]);
});

test("does nothing more once it is stopped", () => {
  const { work, turn } = workAndLoop();
  const done: string[] = [];
  work.add(job("a", 3, done));
  turn();
  work.stop();
  while (turn() > 0);
  expect(done).toEqual(["a"]);
});

test("says when there is enough under way", () => {
  const { work, turn } = workAndLoop();
  let jobs = 0;
  for (; !work.isFull; jobs++) work.add(() => false);
  expect(jobs).toBe(16);
  turn();
  expect(work.isFull).toBe(false);
});
