import { expect, test } from "vitest";
import { EnsembleStats } from "../../../src/zookeeper/metrics/index.ts";
import { idleView } from "../../service/fake-log.ts";

const view = (leader: string | null, last = 0, commit = last) => ({
  ...idleView("1"),
  leader,
  isLeader: leader === "1",
  last,
  commit,
});

test("elections last from looking to the choice, outages until somebody can be served", () => {
  const stats = new EnsembleStats(1_000);
  stats.looking(1_010);
  stats.elected(1_050);
  stats.saw(view(null), 1_060);
  stats.saw(view("2"), 1_100);
  stats.saw(view("2"), 1_200);
  expect(stats.lookings).toBe(1);
  expect(stats.elections.tally.sum).toBe(40);
  expect(stats.outages.tally.sum).toBe(100);
  stats.saw(view(null), 2_000);
  stats.looking(2_000);
  stats.looking(2_500);
  stats.elected(2_600);
  stats.elected(2_700);
  stats.saw(view("1"), 2_800);
  expect(stats.lookings).toBe(3);
  expect([stats.elections.tally.count, stats.elections.tally.max]).toEqual([2, 100]);
  expect([stats.outages.tally.count, stats.outages.tally.max]).toEqual([2, 800]);
});

test("a member leads from when it became the leader to when it is none", () => {
  const stats = new EnsembleStats(0);
  stats.saw(view("1"), 100);
  stats.saw(view("1"), 300);
  expect(stats.leadingMillis(500)).toBe(400);
  stats.saw(view("2"), 600);
  expect(stats.leadingMillis(700)).toBe(0);
});

test("entries count for what the member was when they came", () => {
  const stats = new EnsembleStats(0);
  const counts = () => [
    [stats.asLeader.proposed, stats.asLeader.committed],
    [stats.asLearner.proposed, stats.asLearner.committed],
  ];
  stats.saw(view("2", 10, 8), 0);
  expect(counts()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  stats.saw(view("2", 14, 12), 0);
  stats.saw(view("1", 15, 12), 0);
  stats.saw(view("1", 20, 19), 0);
  // What was truncated does not count backwards.
  stats.saw(view("2", 19, 19), 0);
  stats.saw(view("2", 21, 20), 0);
  expect(counts()).toEqual([
    [5, 7],
    [7, 5],
  ]);
  stats.reset();
  expect(counts()).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
