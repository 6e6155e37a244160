import { describe, expect, test } from "vitest";
import { EtcdStateMachine, encodeCommand, validateTxn } from "../../../src/etcd/apply/index.ts";
import {
  decodePut,
  decodeRange,
  decodeTxn,
  decodeWatchRequest,
  encodeLeaseExpiry,
  encodeLeaseGrant,
  encodeLeaseTick,
  encodePut,
  encodeTxn,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { MemberUnderTest, numberAt, type Answer } from "../api/member-under-test.ts";
import {
  apply,
  applyBytes,
  bytesOf,
  compact,
  machineWith,
  put,
  range,
  txn,
} from "../apply/commands.ts";
import { restore, snapshotOf } from "./replica.ts";

// What the fuzzers have found, each by its own name.

const unhex = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const UNREADABLE = /^grpc: error unmarshalling request: /;

function textOf(answer: Answer): string {
  return answer.code === STATUS.ok ? "OK" : answer.text;
}

describe("a member that is asked oddly", () => {
  test("answers a keep-alive of lease 0: its renewal is not left out of the batch", () => {
    const member = new MemberUnderTest();
    const call = member.begin("/etcdserverpb.Lease/LeaseKeepAlive");
    call.send(new Uint8Array(0));
    call.send(unhex("08 05"));
    // Two batches: the second waits for the first.
    member.commit();
    member.commit();
    expect(call.answers).toHaveLength(2);
  });

  test("puts nothing under no key, whoever proclaims it: no snapshot could be read behind it", () => {
    const member = new MemberUnderTest();
    const answer = member.call("/v3electionpb.Election/Proclaim", unhex("0a 02 20 07 12 01 76"));
    expect(textOf(answer)).toBe("etcdserver: key is not provided");
    const restored = new EtcdStateMachine();
    restore(restored, snapshotOf(member.machine));
    expect(restored.store.keyCount).toBe(0);
  });

  test("lets nobody resign who shows no key", () => {
    const answer = new MemberUnderTest().call("/v3electionpb.Election/Resign", unhex("0a 00"));
    expect(textOf(answer)).toBe("etcdserver: key is not provided");
  });

  test.each([
    "etcdserverpb.Lease/LeaseLeases",
    "etcdserverpb.Maintenance/Status",
    "etcdserverpb.Maintenance/Hash",
    "etcdserverpb.Maintenance/Defragment",
    "etcdserverpb.Maintenance/Snapshot",
  ])("reads what must be empty, too: %s", (method) => {
    const member = new MemberUnderTest();
    const unreadable = unhex("0a 05 61");
    const call = member.begin(`/${method}`, unreadable);
    call.send(unreadable);
    expect(call.answers.map(textOf)).toEqual([expect.stringMatching(UNREADABLE)]);
  });
});

describe("a command that no service would propose", () => {
  test.each([
    [
      "a count beyond what snapshots keep",
      "leaseTick",
      encodeLeaseTick({ term: 1, counted: 2 ** 48 }),
    ],
    ["a count below 0", "leaseTick", encodeLeaseTick({ term: -1, counted: 5 })],
    ["a deadline below 0", "leaseExpire", encodeLeaseExpiry({ id: 1n, deadline: -1 })],
    ["a lease without end", "leaseGrant", encodeLeaseGrant({ id: 1n, ttlSeconds: 9_000_000_001 })],
    ["a lease of no time", "leaseGrant", encodeLeaseGrant({ id: 1n, ttlSeconds: -5 })],
  ] as const)("is malformed: %s", (_, kind, request) => {
    const machine = new EtcdStateMachine();
    expect(applyBytes(machine, encodeCommand(kind, request)).kind).toBe("malformed");
    expect(() => snapshotOf(machine)).not.toThrow();
  });

  test("cannot advance the lease clock beyond what snapshots keep", () => {
    const machine = new EtcdStateMachine();
    const grant = encodeLeaseGrant({ id: 1n, ttlSeconds: 9_000_000_000 });
    applyBytes(machine, encodeCommand("leaseGrant", grant));
    for (let term = 1; term <= 4; term++) {
      applyBytes(
        machine,
        encodeCommand("leaseTick", encodeLeaseTick({ term, counted: 2 ** 48 - 1 })),
      );
    }
    const restored = new EtcdStateMachine();
    restore(restored, snapshotOf(machine));
    expect(restored.leases.clock.millis).toBe(2 ** 47);
  });

  test("is refused when it puts nothing's value", () => {
    const result = applyBytes(new EtcdStateMachine(), encodeCommand("put", encodePut({})));
    expect(result).toEqual({ kind: "refused", refusal: "emptyKey" });
  });
});

describe("messages are read as etcd reads them", () => {
  test.each([
    ["a key that is a number", "08 01"],
    ["a limit that is bytes", "1a 01 00"],
    ["a revision of 32 bits", "25 00 00 00 00"],
    ["a key that is a group", "0b 0c"],
  ])("a known field of the wrong wire type is malformed: %s", (_, hex) => {
    expect(() => decodeRange(unhex(hex))).toThrow(/malformed/);
  });

  test("the last field of a comparison, too", () => {
    expect(() => decodeTxn(unhex("0a 03 80 04 01"))).toThrow(/malformed/);
    expect(() => decodeTxn(unhex("0a 02 48 04"))).not.toThrow();
  });

  test.each([
    ["empty", "7b 7c"],
    ["with fields of every kind in it", "7b 08 01 11 0000000000000000 1a 01 61 25 00000000 7c"],
    ["with another one in it", "7b 0b 08 01 0c 7c"],
    ["that ends as another one", "7b 14"],
  ])("a group that is not known is passed over: %s", (_, hex) => {
    expect(decodeRange(unhex(`${hex} 0a 01 61`)).key).toEqual(bytesOf("a"));
  });

  test.each([
    ["that does not end", "7b 08 01"],
    ["that has not begun", "7c"],
    ["with another one in it that does not end", "7b 0b 0c"],
  ])("a group is malformed: %s", (_, hex) => {
    expect(() => decodeRange(unhex(hex))).toThrow(/malformed/);
  });

  test("all 64 bits of a bool, a length and a field number count", () => {
    expect(decodePut(unhex("20 80 80 80 80 10")).prevKv).toBe(true);
    expect(() => decodePut(unhex("0a 81 80 80 80 10 61"))).toThrow(/malformed/);
    expect(() => decodePut(unhex("80 80 80 80 80 01 01"))).toThrow(/malformed/);
    // Field 1 and 2 ** 29: another one than field 1.
    expect(decodePut(unhex("8a 80 80 80 10 01 61")).key).toHaveLength(0);
    // Field 1 and 2 ** 32, of which 32 bits count.
    expect(decodePut(unhex("8a 80 80 80 80 01 01 61")).key).toEqual(bytesOf("a"));
  });

  test("filters of a watcher are packed as numbers, not as bytes", () => {
    const request = decodeWatchRequest(unhex("0a 04 2a 02 80 01"));
    expect(request).toMatchObject({ kind: "create", noPut: false, noDelete: false });
  });
});

describe("a transaction is decided as etcd decides it", () => {
  const machine = machineWith(["a", "1"], ["a", "2"]);
  const succeeds = (hex: string): boolean => {
    const result = applyBytes(machine, encodeCommand("txn", unhex(hex)));
    return result.kind === "done" && result.response.kind === "txn" && result.response.succeeded;
  };

  test("what is given for another target than the one compared is no value of it", () => {
    // The key's version is 2, its revision 3, and a revision is compared.
    expect(succeeds("0a 07 10 02 1a 01 61 30 03")).toBe(true);
    expect(succeeds("0a 07 10 02 1a 01 61 20 03")).toBe(false);
    expect(succeeds("0a 07 10 02 1a 01 61 20 02")).toBe(false);
    // Of two alternatives the last one counts.
    expect(succeeds("0a 09 10 02 1a 01 61 30 03 20 03")).toBe(false);
  });

  test("a target that is not known compares as equal", () => {
    expect(succeeds("0a 05 10 07 1a 01 61")).toBe(true);
    expect(succeeds("0a 07 08 03 10 07 1a 01 61")).toBe(false);
    expect(succeeds("0a 05 10 07 1a 01 62")).toBe(true);
  });

  test("all puts are checked before all ranges, and a kept key before its lease", () => {
    const refusal = (...ops: Parameters<typeof txn>[0]): unknown =>
      apply(new EtcdStateMachine(), txn(ops));
    const future = range("a", { revision: 9 });
    const leased = put("a", "", { lease: 7n });
    expect(refusal(future, leased)).toMatchObject({ refusal: "leaseNotFound" });
    const kept = put("a", "", { lease: 7n, ignoreValue: true });
    expect(refusal(txn([kept]))).toMatchObject({ refusal: "keyNotFound" });
    expect(apply(new EtcdStateMachine(), kept)).toMatchObject({ refusal: "leaseNotFound" });
  });

  test("a revision below 0 is no longer there, outside of a transaction it is now", () => {
    const other = machineWith(["a", "1"]);
    const read = (revision: number): unknown =>
      apply(other, txn([range("a", { revision }), put("b", "")]));
    expect(read(-1)).toMatchObject({ kind: "done" });
    expect(read(-2)).toMatchObject({ refusal: "compacted" });
    apply(other, compact(2));
    expect(read(-1)).toMatchObject({ refusal: "compacted" });
    const member = new MemberUnderTest();
    member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytesOf("a") }));
    const now = member.ok(
      "/etcdserverpb.KV/Range",
      unhex("0a 01 61 20 ff ff ff ff ff ff ff ff ff 01"),
    );
    expect(numberAt(now, 4)).toBe(1);
  });

  test("one that is nested too deep has too many operations", () => {
    const nested = (depth: number): ReturnType<typeof txn> =>
      depth === 0 ? txn([]) : txn([nested(depth - 1)]);
    expect(validateTxn(decodeTxn(encodeTxn(nested(128))))).toBe(null);
    expect(validateTxn(decodeTxn(encodeTxn(nested(129))))).toBe("tooManyOps");
    expect(validateTxn(decodeTxn(encodeTxn(nested(600))))).toBe("tooManyOps");
  });
});
