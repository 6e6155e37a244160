import type { Entry } from "@quorate/core";
import { expect, test } from "vitest";
import { countProposals } from "../../src/compose/count-proposals.ts";
import { countZab } from "../../src/compose/count-zab.ts";
import { EnsembleStats } from "../../src/zookeeper/metrics/index.ts";
import { ZooKeeperStateMachine } from "../../src/zookeeper/apply/index.ts";

test("elections are timed, and learners counted by how they are brought up to date", () => {
  const stats = new EnsembleStats(0);
  let now = 100;
  const trace = countZab(stats, () => now);
  trace({ name: "looking", facts: { round: 1 } });
  now = 130;
  trace({ name: "elected", facts: { leader: "1" } });
  for (const mode of ["DIFF", "SNAP", "TRUNC", "TRUNC+DIFF"]) {
    trace({ name: "synchronizing", facts: { to: "2", mode } });
  }
  trace({ name: "established", facts: {} });
  expect([stats.lookings, stats.elections.tally.sum]).toEqual([1, 30]);
  expect([stats.diffs, stats.snapshots]).toEqual([3, 1]);
});

test("what is applied while the member leads is told by its size, and applied in any case", () => {
  const stats = new EnsembleStats(0);
  let isLeading = false;
  const machine = countProposals(new ZooKeeperStateMachine(), stats, () => isLeading);
  const applied: number[] = [];
  const apply = (index: number, bytes: number): void => {
    const entry: Entry = {
      index,
      term: 1,
      time: 1,
      kind: "command",
      data: new Uint8Array(bytes),
    };
    machine.apply([entry], () => applied.push(index));
  };
  apply(1, 10);
  isLeading = true;
  apply(2, 20);
  apply(3, 30);
  isLeading = false;
  apply(4, 40);
  expect(applied).toEqual([1, 2, 3, 4]);
  const { last, min, max } = stats.proposalSizes;
  expect([last, min, max]).toEqual([30, 20, 30]);
  machine.pin().release();
  machine.restore().abort();
});
