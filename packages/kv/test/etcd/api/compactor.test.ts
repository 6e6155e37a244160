import { beforeEach, expect, test } from "vitest";
import type { CompactionPlan } from "../../../src/etcd/api/compaction-plan.ts";
import { Compactor } from "../../../src/etcd/api/compactor.ts";
import { encodeCompaction, encodePut } from "../../../src/etcd/codec/index.ts";
import { bytes, MemberUnderTest } from "./member-under-test.ts";

/** Says what the test wants. */
class GivenPlan implements CompactionPlan {
  wanted: number | null = null;
  asked: (readonly [now: number, revision: number])[] = [];
  doneCount = 0;

  next(now: number, revision: number): number | null {
    this.asked.push([now, revision]);
    return this.wanted;
  }

  done(): void {
    this.doneCount++;
  }
}

let member: MemberUnderTest;
let plan: GivenPlan;
let compactor: Compactor;

beforeEach(() => {
  member = new MemberUnderTest();
  plan = new GivenPlan();
  compactor = new Compactor(plan, member.requests, member.machine);
  for (let i = 0; i < 9; i++) member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes("k") }));
});

test("the leader compacts to where the plan says, in its own term", () => {
  member.clock.now = 77;
  compactor.tick();
  expect(member.log.proposed).toEqual([]);
  expect(plan.asked).toEqual([[77, 10]]);
  plan.wanted = 7;
  compactor.tick();
  expect(member.log.proposed.map(({ onlyInTerm }) => onlyInTerm)).toEqual([2]);
  expect(plan.doneCount).toBe(0);
  member.commit();
  expect(plan.doneCount).toBe(1);
  expect(member.machine.store.compacted).toBe(7);
});

test.each([
  ["follows", { isLeader: false, ready: false }],
  ["has not applied what former leaders committed", { ready: false }],
])("a member that %s asks the plan and proposes nothing", (_, view) => {
  member.log.become(view);
  plan.wanted = 7;
  compactor.tick();
  expect([plan.asked.length, member.log.proposed.length]).toEqual([1, 0]);
});

test("one compaction is under way at a time, and one that failed is not done", () => {
  plan.wanted = 7;
  compactor.tick();
  compactor.tick();
  expect(member.log.proposed).toHaveLength(1);
  member.fail("ERR_LEADER_CHANGED");
  expect(plan.doneCount).toBe(0);
  compactor.tick();
  expect(member.log.proposed).toHaveLength(1);
  member.commit();
  expect([plan.doneCount, member.machine.store.compacted]).toEqual([1, 7]);
});

test.each([7, 6, 0, -5])("to what is compacted already nobody compacts: %i", (wanted) => {
  member.ok("/etcdserverpb.KV/Compact", encodeCompaction({ revision: 7 }));
  plan.wanted = wanted;
  compactor.tick();
  expect(member.log.proposed).toEqual([]);
});

test("a compaction by hand that came first is as good", () => {
  plan.wanted = 7;
  compactor.tick();
  const [proposed] = member.log.proposed.splice(0);
  member.ok("/etcdserverpb.KV/Compact", encodeCompaction({ revision: 9 }));
  if (proposed !== undefined) member.log.proposed.push(proposed);
  member.commit();
  expect([plan.doneCount, member.machine.store.compacted]).toEqual([1, 9]);
});

test("a member that is told to keeps the history of some time, and one that is not keeps all", () => {
  const keeping = new MemberUnderTest({
    autoCompaction: { mode: "periodic", retentionMillis: 10_000 },
  });
  for (const each of [keeping, member]) {
    for (let i = 0; i < 30; i++) {
      each.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes("k") }));
      each.clock.now += 1000;
      each.member.tick();
      each.commit();
    }
  }
  expect(keeping.machine.store.compacted).toBeGreaterThan(10);
  expect(keeping.machine.store.compacted).toBeLessThan(22);
  expect(member.machine.store.compacted).toBe(0);
});
