import { describe, expect, test } from "vitest";
import { EtcdStateMachine, type EtcdResult } from "../../../src/etcd/apply/index.ts";
import type { Command } from "../../../src/etcd/apply/index.ts";
import { apply, commandBytes, compact, del, entryOf, put, txn } from "./commands.ts";

const grant = (id: bigint, ttlSeconds = 5): Command => ({ kind: "leaseGrant", id, ttlSeconds });
const revoke = (id: bigint): Command => ({ kind: "leaseRevoke", id });
const renew = (...ids: bigint[]): Command => ({ kind: "leaseRenew", ids });
const tick = (counted: number, term = 1): Command => ({ kind: "leaseTick", term, counted });
const expire = (id: bigint, deadline: number): Command => ({ kind: "leaseExpire", id, deadline });

function machineAfter(...commands: readonly Command[]): EtcdStateMachine {
  const machine = new EtcdStateMachine();
  for (const command of commands) apply(machine, command);
  return machine;
}

const keysOf = (machine: EtcdStateMachine, id: bigint): string[] => [...machine.store.keysOf(id)];

function refusal(result: EtcdResult): string | null {
  return result.kind === "refused" ? result.refusal : null;
}

describe("keys of a lease", () => {
  test("are those that were last put with it", () => {
    const machine = machineAfter(grant(1n), grant(2n), put("a", "", { lease: 1n }));
    apply(machine, put("b", "", { lease: 1n }));
    expect(keysOf(machine, 1n)).toEqual(["a", "b"]);
    apply(machine, put("a", "", { lease: 2n }));
    apply(machine, put("b", ""));
    expect([keysOf(machine, 1n), keysOf(machine, 2n)]).toEqual([[], ["a"]]);
  });

  test("stay with it when the lease is left as it is", () => {
    const machine = machineAfter(grant(1n), put("a", "1", { lease: 1n }));
    apply(machine, put("a", "2", { ignoreLease: true }));
    expect(keysOf(machine, 1n)).toEqual(["a"]);
  });

  test("are forgotten when they are deleted", () => {
    const machine = machineAfter(grant(1n), put("a", "", { lease: 1n }), del("a"));
    expect(keysOf(machine, 1n)).toEqual([]);
  });

  test("are deleted with it in one revision, in their order", () => {
    const machine = machineAfter(
      grant(1n),
      put("b", "", { lease: 1n }),
      put("a", "", { lease: 1n }),
    );
    expect(apply(machine, revoke(1n))).toMatchObject({ kind: "done", revision: 4 });
    const events: [string, number, number][] = [];
    const changes = machine.store.pin();
    for (let change = changes.next(); change !== null; change = changes.next()) {
      if (change.isDeletion) events.push([change.key, change.mod, change.sub]);
    }
    expect(events).toEqual([
      ["a", 4, 0],
      ["b", 4, 1],
    ]);
  });

  test("cost no revision when there are none", () => {
    const machine = machineAfter(grant(1n));
    expect(apply(machine, revoke(1n))).toMatchObject({ kind: "done", revision: 1 });
  });
});

describe("a command is refused that", () => {
  test.each([
    ["grants a lease twice", grant(1n), "leaseExists"],
    ["revokes what is not there", revoke(2n), "leaseNotFound"],
    ["puts a key with a lease that is not there", put("a", "", { lease: 2n }), "leaseNotFound"],
    [
      "does so behind other operations of a transaction",
      txn([put("x", ""), put("a", "", { lease: 2n })]),
      "leaseNotFound",
    ],
  ] as const)("%s", (_, command, expected) => {
    const machine = machineAfter(grant(1n));
    expect(refusal(apply(machine, command))).toBe(expected);
    expect(machine.store.revision).toBe(1);
  });
});

test("a renewal tells of each lease whether it is there", () => {
  const machine = machineAfter(grant(1n, 5), grant(3n, 9));
  expect(apply(machine, renew(1n, 2n, 3n))).toMatchObject({
    response: { kind: "leaseRenew", ttlSeconds: [5, 0, 9] },
  });
});

describe("an expiry", () => {
  test("ends the lease that still has the deadline", () => {
    const machine = machineAfter(grant(1n, 5), put("a", "", { lease: 1n }), tick(250), tick(500));
    expect(apply(machine, expire(1n, 5500))).toMatchObject({
      revision: 3,
      response: { expired: true },
    });
    expect([machine.leases.size, keysOf(machine, 1n)]).toEqual([0, []]);
  });

  test("does nothing when the lease was renewed before, or is gone", () => {
    const machine = machineAfter(grant(1n, 5), tick(250), tick(500), renew(1n));
    expect(apply(machine, expire(1n, 5500))).toMatchObject({ response: { expired: false } });
    for (const command of [tick(750), tick(1000)]) apply(machine, command);
    expect(apply(machine, expire(1n, 5500))).toMatchObject({ response: { expired: false } });
    expect(machine.leases.size).toBe(1);
    expect(apply(machine, expire(2n, 5500))).toMatchObject({ response: { expired: false } });
  });
});

function copyOf(machine: EtcdStateMachine, chunkBytes: number): EtcdStateMachine {
  const copy = new EtcdStateMachine();
  const [view, sink] = [machine.pin(), copy.restore()];
  for (let chunk = view.read(chunkBytes); chunk !== null; chunk = view.read(chunkBytes)) {
    sink.write(chunk);
  }
  sink.finish();
  return copy;
}

test.each([1, 7, 64, 100_000])(
  "a snapshot in chunks of %i bytes holds leases and alarms",
  (size) => {
    const machine = machineAfter(
      grant(1n),
      grant(-5n, 9_000_000_000),
      tick(250),
      grant(3n),
      put("a", "1", { lease: 1n }),
      put("b", "2", { lease: -5n }),
      put("b", "3", { lease: 3n }),
      del("a"),
      put("a", "4", { lease: 3n }),
      compact(4),
      tick(500),
      grant(4n),
      { kind: "alarm", action: "activate", member: "8e9e05c52164694d", alarm: "noSpace" },
    );
    const copy = copyOf(machine, size);
    expect([...copy.leases]).toEqual([...machine.leases]);
    expect(copy.leases.clock).toEqual(machine.leases.clock);
    expect([...copy.alarms]).toEqual([...machine.alarms]);
    expect([1n, -5n, 3n, 4n].map((id) => keysOf(copy, id))).toEqual([[], [], ["b", "a"], []]);
    // What comes next comes to the same.
    for (const each of [machine, copy]) {
      apply(each, tick(750));
      each.apply([entryOf(commandBytes(revoke(3n)))], () => {});
    }
    expect([...copy.leases]).toEqual([...machine.leases]);
    expect(copy.store.revision).toBe(machine.store.revision);
  },
);

describe("while an alarm is raised", () => {
  const raise = (alarm: "noSpace" | "corrupt"): Command => ({
    kind: "alarm",
    action: "activate",
    member: "a1",
    alarm,
  });
  test.each([
    ["noSpace", "a put", put("a", ""), "noSpace"],
    ["noSpace", "a grant", grant(9n), "noSpace"],
    ["noSpace", "a txn that may put", txn([], [put("a", "")]), "noSpace"],
    ["noSpace", "one that puts deeper", txn([txn([], [put("a", "")])]), "noSpace"],
    ["noSpace", "a txn that deletes", txn([del("a")]), null],
    ["noSpace", "a deletion", del("a"), null],
    ["noSpace", "a compaction", compact(2), null],
    ["noSpace", "a revocation", revoke(1n), null],
    ["noSpace", "a renewal", renew(1n), null],
    ["corrupt", "a put", put("a", ""), "corrupt"],
    ["corrupt", "a deletion", del("a"), "corrupt"],
    ["corrupt", "a txn", txn([del("a")]), "corrupt"],
    ["corrupt", "a compaction", compact(2), "corrupt"],
    ["corrupt", "a grant", grant(9n), "corrupt"],
    ["corrupt", "a revocation", revoke(1n), "corrupt"],
    ["corrupt", "a renewal", renew(1n), null],
  ] as const)("%s: %s", (alarm, _, command, expected) => {
    const machine = machineAfter(grant(1n), put("x", ""), raise(alarm));
    expect(refusal(apply(machine, command))).toBe(expected);
  });

  test("it is disarmed by its member and kind, and then everything goes on", () => {
    const machine = machineAfter(raise("noSpace"));
    const disarm = { ...raise("noSpace"), action: "deactivate" } as Command;
    expect(apply(machine, { ...disarm, member: "b2" } as Command)).toMatchObject({
      response: { alarms: [] },
    });
    expect(apply(machine, disarm)).toMatchObject({
      response: { alarms: [{ member: "a1", kind: "noSpace" }] },
    });
    expect(apply(machine, put("a", ""))).toMatchObject({ kind: "done" });
  });
});
