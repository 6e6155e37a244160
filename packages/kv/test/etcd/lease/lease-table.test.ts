import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { LeaseTable } from "../../../src/etcd/lease/index.ts";

function lease(table: LeaseTable, id: bigint) {
  const found = table.get(id);
  if (found === undefined) throw new Error(`no lease ${id}`);
  return found;
}

const dueAt = (table: LeaseTable, millis: number): bigint[] =>
  [...table.dueAt(millis)].map(({ id }) => id);

describe("a lease's time", () => {
  test("begins with the second tick behind its grant", () => {
    const table = new LeaseTable();
    table.tick(1, 1000);
    table.grant(7n, 2);
    table.tick(1, 1250);
    expect(lease(table, 7n).ends).toEqual({ kind: "older" });
    table.tick(1, 1500);
    expect(lease(table, 7n).ends).toEqual({ kind: "at", millis: 3500 });
    expect([dueAt(table, 3499), dueAt(table, 3500)]).toEqual([[], [7n]]);
  });

  test("begins anew when it is renewed, however little was left", () => {
    const table = new LeaseTable();
    table.grant(7n, 2);
    for (const counted of [250, 500]) table.tick(1, counted);
    table.renew(lease(table, 7n));
    expect(dueAt(table, 100_000)).toEqual([]);
    for (const counted of [2400, 2650]) table.tick(1, counted);
    expect(lease(table, 7n).ends).toEqual({ kind: "at", millis: 4650 });
  });

  test("does not begin later because it is renewed twice in one tick", () => {
    const table = new LeaseTable();
    table.grant(7n, 2);
    table.renew(lease(table, 7n));
    for (const counted of [250, 500]) table.tick(1, counted);
    expect(lease(table, 7n).ends).toEqual({ kind: "at", millis: 2500 });
  });

  test("stands still between two leaders, whose counts have nothing to do with each other", () => {
    const table = new LeaseTable();
    table.grant(7n, 60);
    for (const counted of [250, 500]) table.tick(1, counted);
    table.tick(4, 100);
    expect(table.clock).toEqual({ millis: 600, term: 4, counted: 100 });
    table.tick(4, 350);
    expect(table.clock.millis).toBe(850);
    expect(table.millisLeft(lease(table, 7n), 850)).toBe(59_650);
  });

  test("does not go on when a count is applied again, or an older one late", () => {
    const table = new LeaseTable();
    for (const counted of [500, 500, 300]) table.tick(1, counted);
    expect(table.clock.millis).toBe(500);
  });

  test("is whole while it has not begun", () => {
    const table = new LeaseTable();
    table.grant(7n, 5);
    expect(table.millisLeft(lease(table, 7n), 1_000_000)).toBe(5000);
  });
});

test("leases are due the longest overdue first, and stay so until they are revoked", () => {
  const table = new LeaseTable();
  for (const [id, ttl] of [
    [1n, 9],
    [2n, 3],
    [3n, 6],
  ] as const) {
    table.grant(id, ttl);
  }
  for (const counted of [250, 500]) table.tick(1, counted);
  expect(dueAt(table, 20_000)).toEqual([2n, 3n, 1n]);
  table.revoke(lease(table, 3n));
  expect(dueAt(table, 20_000)).toEqual([2n, 1n]);
  // A leader that counted further than its successor has looked into the future.
  table.grant(4n, 2);
  for (const counted of [750, 1000]) table.tick(1, counted);
  expect(dueAt(table, 3000)).toEqual([4n]);
});

describe("what is due is found at once", () => {
  const HOUR_MILLIS = 3600 * 1000;

  function lookups(look: () => void): number {
    const spies = [vi.spyOn(Map.prototype, "get"), vi.spyOn(Map.prototype, "has")];
    look();
    const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    for (const spy of spies) spy.mockRestore();
    return count;
  }

  test("by a new leader, who was never asked while the clock went on", () => {
    const table = new LeaseTable();
    table.grant(1n, 2);
    table.grant(2n, 9_000_000_000);
    for (const counted of [250, 500]) table.tick(1, counted);
    table.revoke(lease(table, 1n));
    for (let counted = 750; counted < HOUR_MILLIS; counted += 250) table.tick(1, counted);
    expect(lookups(() => dueAt(table, table.millisAt(2, 250)))).toBeLessThan(10);
  });

  test("by a leader that had no leases for a while, and so did not count", () => {
    const table = new LeaseTable();
    table.grant(1n, 2);
    for (const counted of [250, 500]) table.tick(1, counted);
    table.revoke(lease(table, 1n));
    table.grant(2n, 2);
    expect(lookups(() => dueAt(table, table.millisAt(1, HOUR_MILLIS)))).toBeLessThan(10);
  });
});

/** What happens to a table, with times in ms; `by` is real time that passes meanwhile. */
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), by: fc.integer({ min: 1, max: 3000 }) }),
  fc.record({ kind: fc.constant("renew" as const), id: fc.bigInt(1n, 4n) }),
  fc.record({ kind: fc.constant("tick" as const) }),
  fc.record({ kind: fc.constant("lead" as const) }),
  fc.record({ kind: fc.constant("restore" as const) }),
);

test("no lease is ever due before its time has passed since it was last renewed", () => {
  let due = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80, size: "max" }), (steps) => {
      let table = new LeaseTable();
      const renewedAt = new Map<bigint, number>();
      const ttl = (id: bigint): number => 2 + Number(id);
      for (const id of [1n, 2n, 3n, 4n]) {
        table.grant(id, ttl(id));
        renewedAt.set(id, 0);
      }
      let [now, term, since] = [0, 1, 0];
      for (const step of steps) {
        if (step.kind === "wait") now += step.by;
        else if (step.kind === "tick") table.tick(term, now - since);
        else if (step.kind === "lead") [term, since] = [term + 1, now];
        else if (step.kind === "restore") {
          table = new LeaseTable({
            clock: table.clock,
            leases: [...table].map((each) => ({ ...each })),
          });
        } else if (table.get(step.id) !== undefined) {
          table.renew(lease(table, step.id));
          renewedAt.set(step.id, now);
        }
        for (const { id } of table.dueAt(table.millisAt(term, now - since))) {
          due++;
          expect(now - (renewedAt.get(id) ?? Infinity)).toBeGreaterThanOrEqual(ttl(id) * 1000);
        }
      }
    }),
  );
  expect(due).toBeGreaterThan(0);
});
