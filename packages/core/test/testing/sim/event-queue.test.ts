import { expect, test } from "vitest";
import { Prng } from "../../../src/prng.ts";
import { EventQueue } from "../../../src/testing/sim/event-queue.ts";

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
