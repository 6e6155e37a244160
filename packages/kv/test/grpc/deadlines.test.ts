import { beforeEach, expect, test } from "vitest";
import { Deadlines, type Deadlined } from "../../src/grpc/deadlines.ts";
import { FakeClock } from "../http2/fake-clock.ts";

let clock: FakeClock;
let deadlines: Deadlines;
let expired: [name: string, at: number][];

beforeEach(() => {
  clock = new FakeClock();
  deadlines = new Deadlines(clock);
  expired = [];
});

function entry(name: string, also: () => void = () => {}): Deadlined {
  return {
    expire: () => {
      expired.push([name, clock.now()]);
      also();
    },
  };
}

test("each expires at its time or a little later, never before, and once", () => {
  const offsets = [0, 1, 19, 20, 21, 500, 500, 40_000];
  for (const offset of offsets) deadlines.add(entry(String(offset)), clock.now() + offset);
  const start = clock.now();
  clock.advance(60_000);
  expect(expired.map(([name]) => name)).toEqual(offsets.map(String));
  for (const [name, at] of expired) {
    expect(at).toBeGreaterThanOrEqual(start + Number(name));
    expect(at).toBeLessThanOrEqual(start + Number(name) + 40);
  }
});

test("what is past when it is added expires with the next tick", () => {
  clock.advance(1000);
  deadlines.add(entry("late"), clock.now() - 500);
  clock.advance(20);
  expect(expired).toHaveLength(1);
});

test("what was removed does not expire", () => {
  const one = entry("one");
  const tick = deadlines.add(one, clock.now() + 100);
  deadlines.add(entry("two"), clock.now() + 100);
  deadlines.remove(one, tick);
  deadlines.remove(one, tick);
  clock.advance(1000);
  expect(expired.map(([name]) => name)).toEqual(["two"]);
});

test("one timer runs, however often the last entry goes and another comes", () => {
  for (let i = 0; i < 100; i++) {
    const one = entry("never");
    deadlines.remove(one, deadlines.add(one, clock.now() + 100));
    clock.advance(1);
  }
  deadlines.add(entry("last"), clock.now() + 100);
  expect(clock.timers).toBe(1);
  clock.advance(40);
  expect(clock.timers).toBe(1);
  clock.advance(1000);
  expect(expired.map(([name]) => name)).toEqual(["last"]);
  expect(clock.timers).toBe(0);
});

test("a process that slept catches up", () => {
  for (const offset of [10, 500, 5000]) deadlines.add(entry(String(offset)), clock.now() + offset);
  const sleeping = clock.after.bind(clock);
  // The timer fires an hour late.
  clock.after = (_, callback) => sleeping(3_600_000, callback);
  clock.advance(3_600_020);
  expect(expired.map(([name]) => name)).toEqual(["10", "500", "5000"]);
});

test("expiring one may add and remove others", () => {
  const other = entry("other");
  const at = clock.now() + 100;
  deadlines.add(
    entry("first", () => {
      deadlines.remove(other, tick);
      deadlines.add(entry("again"), clock.now());
    }),
    at,
  );
  const tick = deadlines.add(other, at + 100);
  clock.advance(1000);
  expect(expired.map(([name]) => name)).toEqual(["first", "again"]);
  expect(clock.timers).toBe(0);
});
