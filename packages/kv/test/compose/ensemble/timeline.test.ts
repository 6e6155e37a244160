import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { Timeline } from "../../../src/compose/ensemble/timeline.ts";

let timeline: Timeline;
let happened: [what: string, at: number][];

beforeEach(() => {
  timeline = new Timeline();
  happened = [];
});

function note(what: string): void {
  happened.push([what, timeline.now().monotonic]);
}

/** Resolves when so many ms have passed. */
function sleep(millis: number): Promise<void> {
  return new Promise((done) => void timeline.after(millis, done));
}

describe("told when to pass", () => {
  test("what is due later waits to be told, in the order of its times", async () => {
    timeline.after(20, () => note("second"));
    timeline.after(10, () => note("first"));
    timeline.after(31, () => note("third"));
    await turnOfTheLoop();
    expect(happened).toEqual([]);
    await timeline.advance(30);
    expect(happened).toEqual([
      ["first", 10],
      ["second", 20],
    ]);
    expect(timeline.now().monotonic).toBe(30);
  });

  test("what is due now happens without being told to, and no time passes", async () => {
    timeline.after(0, () => timeline.after(0, () => note("caused")));
    expect(happened).toEqual([]);
    await turnOfTheLoop();
    expect(happened).toEqual([["caused", 0]]);
  });

  test("what was taken back does not happen", async () => {
    const takeBack = timeline.after(5, () => note("never"));
    timeline.after(5, () => note("still"));
    takeBack();
    await timeline.advance(10);
    expect(happened).toEqual([["still", 5]]);
  });

  test("whoever waits gets its turn before time goes on", async () => {
    const waiter = async (): Promise<void> => {
      for (let i = 1; i <= 3; i++) {
        await sleep(10);
        note(`wake ${i}`);
        for (let hop = 0; hop < 20; hop++) await Promise.resolve();
      }
    };
    timeline.after(10.5, () => note("between"));
    void waiter();
    await timeline.advance(100);
    expect(happened).toEqual([
      ["wake 1", 10],
      ["between", 10.5],
      ["wake 2", 20],
      ["wake 3", 30],
    ]);
  });

  test("one who always wants more does not keep time from passing", async () => {
    let rounds = 0;
    const busy = async (): Promise<void> => {
      while (timeline.now().monotonic < 50) {
        await sleep(0);
        rounds++;
      }
    };
    const done = busy();
    timeline.after(20, () => note("on time"));
    await timeline.advance(50);
    await done;
    expect(happened).toEqual([["on time", 20]]);
    expect(rounds).toBeGreaterThan(40);
    expect(rounds).toBeLessThan(60);
  });

  test("time passes until something is so, and no further", async () => {
    timeline.after(10, () => note("it"));
    expect(await timeline.until(() => happened.length > 0, 1000)).toBe(true);
    expect(timeline.now().monotonic).toBe(10);
    expect(await timeline.until(() => false, 90)).toBe(false);
    expect(timeline.now().monotonic).toBe(100);
  });

  test("an event that throws fails who lets time pass, and time goes on", async () => {
    timeline.after(1, () => {
      throw new Error("oh");
    });
    timeline.after(2, () => note("next"));
    await expect(timeline.advance(5)).rejects.toThrow("oh");
    await timeline.advance(5);
    expect(happened).toEqual([["next", 2]]);
  });

  test.each([-1, Number.NaN, Infinity])("%d ms cannot pass", async (millis) => {
    await expect(timeline.advance(millis)).rejects.toThrow("cannot pass");
  });

  test("two who let the same time pass let it pass once", async () => {
    await Promise.all([timeline.advance(30), timeline.advance(10)]);
    expect(timeline.now().monotonic).toBe(30);
  });

  test("the wall clock starts on some day, always the same", async () => {
    const before = timeline.now().wall;
    await timeline.advance(1500);
    expect(timeline.now().wall - before).toBe(1500);
    expect(new Timeline().now().wall).toBe(before);
  });
});

describe("following the real time", () => {
  test("it goes on from where it stood, and the wall clock is the real one", async () => {
    await timeline.advance(1000);
    timeline.followRealTime();
    const before = performance.now();
    await sleep(5);
    const { monotonic, wall } = timeline.now();
    expect(monotonic).toBeGreaterThanOrEqual(1005);
    expect(monotonic).toBeLessThanOrEqual(1000 + performance.now() - before + 1);
    expect(Math.abs(wall - Date.now())).toBeLessThan(100);
    timeline.stop();
  });

  test("an instant that comes late is the instant that it was to be", async () => {
    timeline.followRealTime();
    const start = timeline.now().monotonic;
    for (const millis of [5, 10, 15]) timeline.after(millis, () => note(`${millis}`));
    const lateBy = performance.now() + 30;
    while (performance.now() < lateBy);
    await sleep(20);
    const times = happened.map(([what, at]) => [what, Math.round(at - start)]);
    expect(times).toEqual([
      ["5", 5],
      ["10", 10],
      ["15", 15],
    ]);
    timeline.stop();
  });

  test("it cannot be told to pass", async () => {
    timeline.followRealTime();
    await expect(timeline.advance(1)).rejects.toThrow('clock: "manual"');
    timeline.stop();
  });

  test("waiting for something ends when it is so, or in time", async () => {
    timeline.followRealTime();
    timeline.after(5, () => note("it"));
    expect(await timeline.until(() => happened.length === 1, 10_000)).toBe(true);
    expect(await timeline.until(() => false, 5)).toBe(false);
    timeline.stop();
  });
});

describe("stopped", () => {
  test("nothing happens any more, and nobody can let time pass", async () => {
    timeline.followRealTime();
    timeline.after(0, () => note("before"));
    const waiting = timeline.until(() => false, 60_000);
    const told = expect(waiting).rejects.toMatchObject({ code: "ERR_STOPPED" });
    timeline.stop();
    timeline.after(0, () => note("after"));
    await turnOfTheLoop();
    expect(happened).toEqual([]);
    await told;
    await expect(timeline.advance(1)).rejects.toMatchObject({ code: "ERR_STOPPED" });
  });

  test("not even the rest of an instant", async () => {
    timeline.after(0, () => timeline.stop());
    timeline.after(0, () => note("after"));
    await turnOfTheLoop();
    expect(happened).toEqual([]);
  });

  test("who was letting time pass is told", async () => {
    const passing = timeline.advance(1_000_000);
    timeline.after(10, () => timeline.stop());
    await expect(passing).rejects.toMatchObject({ code: "ERR_STOPPED" });
  });
});
