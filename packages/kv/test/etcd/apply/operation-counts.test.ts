import { expect, test } from "vitest";
import { EtcdStateMachine, type OperationCounts } from "../../../src/etcd/apply/index.ts";
import { apply, compact, compare, del, put, range, txn } from "./commands.ts";

/** What was counted, without what is 0. */
function counted({ operations }: EtcdStateMachine): Partial<OperationCounts> {
  return Object.fromEntries(Object.entries(operations).filter(([, count]) => count > 0));
}

test("what is applied is counted, what is refused is not", () => {
  const machine = new EtcdStateMachine();
  apply(machine, put("a", "1"));
  apply(machine, put("b", "1", { lease: 7n }));
  apply(machine, del("a"));
  apply(machine, del("a"));
  apply(machine, compact(2));
  expect(counted(machine)).toEqual({ puts: 1, deletes: 2 });
});

test("a transaction is one, and so is each operation of the branch that ran", () => {
  const machine = new EtcdStateMachine();
  const isThere = compare("a", { kind: "version", number: 0 }, "greater");
  const nested = txn([put("c", "1"), range("c")]);
  apply(machine, txn([del("x"), del("y")], [put("a", "1"), put("b", "1"), nested], [isThere]));
  expect(counted(machine)).toEqual({ txns: 2, puts: 3, ranges: 1 });
});

test("leases are counted as they come and go", () => {
  const machine = new EtcdStateMachine();
  for (const id of [1n, 2n, 3n]) apply(machine, { kind: "leaseGrant", id, ttlSeconds: 1 });
  apply(machine, { kind: "leaseGrant", id: 1n, ttlSeconds: 1 });
  apply(machine, { kind: "leaseRenew", ids: [1n, 2n, 99n] });
  apply(machine, { kind: "leaseRevoke", id: 1n });
  expect(counted(machine)).toEqual({ leasesGranted: 3, leasesRenewed: 2, leasesRevoked: 1 });
  for (let second = 1; second <= 3; second++) {
    apply(machine, { kind: "leaseTick", term: 1, counted: 1000 * second });
  }
  const ends = machine.leases.get(3n)?.ends;
  const deadline = ends?.kind === "at" ? ends.millis : -1;
  apply(machine, { kind: "leaseExpire", id: 3n, deadline: deadline + 1 });
  expect(counted(machine)).toMatchObject({ leasesRevoked: 1 });
  apply(machine, { kind: "leaseExpire", id: 3n, deadline });
  expect(counted(machine)).toMatchObject({ leasesRevoked: 2, leasesExpired: 1 });
});
