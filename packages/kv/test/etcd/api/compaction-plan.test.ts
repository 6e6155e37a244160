import { describe, expect, test } from "vitest";
import { compactionPlan, type CompactionPlan } from "../../../src/etcd/api/compaction-plan.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What the plan says in some hours, asked every second, at a revision more each minute. */
function follow(
  plan: CompactionPlan,
  until: number,
  isDone: (at: number) => boolean = () => true,
): readonly (readonly [at: number, revision: number])[] {
  const said: [number, number][] = [];
  for (let now = 0; now <= until; now += SECOND) {
    const revision = plan.next(now, Math.floor(now / MINUTE) + 1);
    if (revision === null) continue;
    said.push([now / MINUTE, revision]);
    if (isDone(now)) plan.done();
  }
  return said;
}

describe("what is older than a time goes", () => {
  test("once it has passed, and every time that it has passed again", () => {
    const plan = compactionPlan({ mode: "periodic", retentionMillis: 30 * MINUTE });
    expect(follow(plan, 2 * HOUR)).toEqual([
      [30, 1],
      [60, 31],
      [90, 61],
      [120, 91],
    ]);
  });

  test("every hour where it is longer than an hour", () => {
    const plan = compactionPlan({ mode: "periodic", retentionMillis: 5 * HOUR });
    expect(follow(plan, 7 * HOUR)).toEqual([
      [300, 1],
      [360, 61],
      [420, 121],
    ]);
  });

  test("and is due again a tenth of the time later when it was not done", () => {
    const plan = compactionPlan({ mode: "periodic", retentionMillis: 30 * MINUTE });
    const said = follow(plan, 75 * MINUTE, (now) => now >= 36 * MINUTE);
    expect(said).toEqual([
      [30, 1],
      [33, 4],
      [36, 7],
      [66, 37],
    ]);
  });

  test("never more than that, however rarely it is asked", () => {
    const plan = compactionPlan({ mode: "periodic", retentionMillis: HOUR });
    expect(plan.next(0, 1)).toBeNull();
    expect(plan.next(10 * MINUTE, 11)).toBeNull();
    // Nobody asked for three hours: what came an hour ago was not noted.
    expect(plan.next(3 * HOUR, 181)).toBe(11);
    plan.done();
    expect(plan.next(3 * HOUR + 59 * MINUTE, 240)).toBeNull();
    expect(plan.next(4 * HOUR + 5 * MINUTE, 246)).toBe(181);
  });
});

describe("all but a number of revisions goes", () => {
  test("every five minutes, done or not", () => {
    const plan = compactionPlan({ mode: "revision", retention: 10 });
    expect(follow(plan, 21 * MINUTE, () => false)).toEqual([
      [5, -4],
      [10, 1],
      [15, 6],
      [20, 11],
    ]);
  });
});
