import { expect, test } from "vitest";
import { Prng } from "../../src/prng.ts";
import { EventQueue } from "../../src/memory/event-queue.ts";

test("events come by time, those of one time in the order they were asked for", () => {
  const prng = new Prng(1);
  const queue = new EventQueue();
  const happened: [number, number][] = [];
  let asked = 0;
  const ask = (): void => {
    const number = asked++;
    queue.add(prng.below(5), 0, () => {
      happened.push([queue.now, number]);
      if (asked < 500) for (let left = prng.below(4); left > 0; left--) ask();
    });
  };
  for (let i = 0; i < 50; i++) ask();
  for (let event = queue.take(); event !== null; event = queue.take()) event.run();
  expect(happened).toHaveLength(asked);
  expect(happened).toEqual(happened.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
  expect(queue.nextTime).toBe(Infinity);
});

test("what is taken back does not happen, and the others keep their order", () => {
  const prng = new Prng(2);
  const queue = new EventQueue();
  const happened: number[] = [];
  const events = Array.from({ length: 500 }, (_, number) =>
    queue.add(prng.below(50), 0, () => happened.push(number)),
  );
  const left = events.filter((event) => {
    const stays = prng.chance(0.5);
    if (!stays) queue.remove(event);
    return stays;
  });
  for (let event = queue.take(); event !== null; event = queue.take()) event.run();
  const inOrder = left.toSorted((a, b) => a.time - b.time || a.sequence - b.sequence);
  expect(happened).toEqual(inOrder.map(({ sequence }) => sequence));
});

test("taking back what has happened changes nothing", () => {
  const queue = new EventQueue();
  const first = queue.add(1, 0, () => {});
  queue.add(2, 0, () => {});
  queue.take();
  queue.remove(first);
  expect(queue.nextTime).toBe(2);
});
