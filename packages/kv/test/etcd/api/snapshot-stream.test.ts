import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { BoltReader } from "../../../src/etcd/bolt/index.ts";
import {
  decodeSnapshotResponse,
  encodeLeaseGrant,
  encodePut,
  type SnapshotResponse,
} from "../../../src/etcd/codec/index.ts";
import { inspectDatabase, restoreDatabase } from "../../../src/etcd/database/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { hashOf } from "../store/inspect.ts";
import { bytes, MemberUnderTest, type Answer, type BegunCall } from "./member-under-test.ts";

const SNAPSHOT = "/etcdserverpb.Maintenance/Snapshot";
const BLOB_BYTES = 32 * 1024;

let member: MemberUnderTest;
beforeEach(() => {
  member = new MemberUnderTest();
});

function put(key: string, value: string): void {
  member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes(key), value: bytes(value) }));
}

function fill(keys: number, valueBytes: number): void {
  for (let i = 0; i < keys; i++) put(`k${i}`, String(i).padEnd(valueBytes, "x"));
}

function ask(): BegunCall {
  const call = member.begin(SNAPSHOT);
  call.send(new Uint8Array(0));
  call.halfClose();
  return call;
}

function sent(answers: readonly Answer[]): SnapshotResponse[] {
  return answers.map((answer) => {
    if (answer.code !== STATUS.ok) throw new Error(answer.text);
    return decodeSnapshotResponse(answer.message);
  });
}

/** Lets the loop turn until nothing is left to do. */
function settle(): number {
  let turns = 0;
  while (member.turn()) turns++;
  return turns;
}

describe("a snapshot", () => {
  test("is a file of whole blocks and their hash, in blobs of 32 KiB that count down to nothing", () => {
    fill(50, 10_000);
    const { answers, ended } = ask();
    settle();
    expect(ended()).toBe(true);
    const messages = sent(answers);
    const hash = messages.at(-1)?.blob ?? new Uint8Array(0);
    const blobs = messages.slice(0, -1).map(({ blob }) => blob);
    const body = Buffer.concat(blobs);
    expect(body.length).toBeGreaterThan(500_000);
    expect((body.length + hash.length) % 512).toBe(32);
    expect(Buffer.from(hash)).toEqual(createHash("sha256").update(body).digest());
    expect(blobs.slice(0, -1).every((blob) => blob.length === BLOB_BYTES)).toBe(true);
    const left = blobs.map((_, i) => Math.max(0, body.length - (i + 1) * BLOB_BYTES));
    expect(messages.map(({ remainingBytes }) => remainingBytes)).toEqual([...left, 0]);
  });

  test("is a database that restores to what the member holds, leases included", () => {
    fill(20, 100);
    put("k3", "again");
    member.ok("/etcdserverpb.Lease/LeaseGrant", encodeLeaseGrant({ ttlSeconds: 60, id: 7n }));
    const { answers } = ask();
    settle();
    const file = Buffer.concat(sent(answers).map(({ blob }) => blob));
    const database = new BoltReader((at, length) => file.subarray(at, at + length));
    expect(inspectDatabase(database)).toMatchObject({ revision: 22, versions: 21, leases: 1 });
    const { store, leases } = restoreDatabase(database);
    expect(hashOf(store, 22)).toBe(hashOf(member.machine.store, 22));
    expect([...leases]).toEqual([...member.machine.leases]);
  });

  test("is of the moment when it was asked for, whatever is written, compacted and swept meanwhile", () => {
    fill(100, 10_000);
    const undisturbed = ask();
    settle();
    const { answers, ended } = ask();
    for (let turns = 0; !ended(); turns++) {
      expect(turns).toBeLessThan(1000);
      const { store } = member.machine;
      store.put("k1", bytes(`${turns}`), 0n);
      store.commit();
      store.compact(store.revision - 1);
      while (store.sweep());
      member.turn();
    }
    expect(sent(answers)).toEqual(sent(undisturbed.answers));
  });

  test("comes over many turns of the loop, and waits while its client is slow", () => {
    fill(100, 10_000);
    const slow = ask();
    slow.stall();
    settle();
    expect(slow.answers).toHaveLength(1);
    slow.drain();
    expect(slow.answers).toHaveLength(1);
    expect(settle()).toBeGreaterThan(5);
    expect(slow.ended()).toBe(true);
    const other = ask();
    settle();
    expect(sent(slow.answers)).toEqual(sent(other.answers));
  });

  test("is of an empty keyspace as well", () => {
    const { answers, ended } = ask();
    settle();
    expect(ended()).toBe(true);
    expect(sent(answers).at(-1)?.blob).toHaveLength(32);
  });
});

describe("snapshots under way", () => {
  const refusal = {
    code: STATUS.resourceExhausted,
    text: "etcdserver: too many requests",
  };

  test("are four; one that is done or given up makes room", () => {
    const calls = Array.from({ length: 4 }, ask);
    for (const call of calls) call.stall();
    settle();
    expect(ask().answers).toEqual([refusal]);
    calls[0]?.cancel();
    const next = ask();
    next.stall();
    settle();
    expect(sent(next.answers)).toHaveLength(1);
    expect(ask().answers).toEqual([refusal]);
    next.drain();
    settle();
    expect(next.ended()).toBe(true);
    expect(ask().answers).toEqual([]);
    expect(ask().answers).toEqual([refusal]);
  });

  test("that nobody waits for stop", () => {
    fill(100, 10_000);
    const call = ask();
    member.turn();
    member.turn();
    call.cancel();
    expect(settle()).toBeLessThan(3);
    const before = call.answers.length;
    expect(before).toBeGreaterThan(0);
    expect(call.ended()).toBe(false);
    call.drain();
    settle();
    expect(call.answers).toHaveLength(before);
  });
});
