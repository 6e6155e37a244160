import { beforeEach, describe, expect, test } from "vitest";
import {
  encodeDeleteRange,
  encodeLeaseGrant,
  encodeLeaseRevoke,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import {
  bytes,
  fieldsOf,
  MemberUnderTest,
  messagesAt,
  numberAt,
  textsAt,
  type BegunCall,
  type Fields,
} from "./member-under-test.ts";

const LOCK = "/v3lockpb.Lock";
const ELECTION = "/v3electionpb.Election";

let member: MemberUnderTest;
beforeEach(() => {
  member = new MemberUnderTest();
  for (const id of [0xan, 0xbn, 0xcn]) {
    member.ok("/etcdserverpb.Lease/LeaseGrant", encodeLeaseGrant({ ttlSeconds: 60, id }));
  }
});

/** Lets everything happen that can happen by itself. */
function settle(): void {
  for (let i = 0; i < 5; i++) member.commit();
}

function begin(path: string, name: string, lease: number, value = ""): BegunCall {
  const request = new ProtoWriter().string(1, name).int64(2, lease).string(3, value).finish();
  const call = member.begin(path, request);
  settle();
  return call;
}

const lock = (lease: number, name = "job"): BegunCall => begin(`${LOCK}/Lock`, name, lease);

function end(lease: bigint): void {
  member.ok("/etcdserverpb.Lease/LeaseRevoke", encodeLeaseRevoke(lease));
  settle();
}

function answered(call: BegunCall | undefined): Fields | null {
  const answer = call?.answers.at(-1);
  if (answer === undefined) return null;
  if (answer.code !== STATUS.ok) throw new Error(answer.text);
  return fieldsOf(answer.message);
}

function isThere(key: string): boolean {
  const { store } = member.machine;
  return store.get(key, store.revision) !== null;
}

const keyOf = (call: BegunCall): string | null => {
  const fields = answered(call);
  return fields === null ? null : (textsAt(fields, 2)[0] ?? "");
};

describe("a lock", () => {
  test("goes to whoever came first, and then to the next, one at a time", () => {
    const [a, b, c] = [lock(0xa), lock(0xb), lock(0xc)];
    expect([a, b, c].map(keyOf)).toEqual(["job/a", null, null]);
    member.ok(`${LOCK}/Unlock`, new ProtoWriter().string(1, "job/a").finish());
    settle();
    expect([b, c].map(keyOf)).toEqual(["job/b", null]);
    end(0xbn);
    expect(keyOf(c)).toBe("job/c");
  });

  test("is had again by the lease that has it", () => {
    expect([lock(0xa), lock(0xa)].map(keyOf)).toEqual(["job/a", "job/a"]);
  });

  test("does not go to who waits behind a place that was given up", () => {
    const [, b, c] = [lock(0xa), lock(0xb), lock(0xc)];
    end(0xbn);
    expect(b?.answers).toEqual([{ code: STATUS.unknown, text: "mutex: session is expired" }]);
    expect(keyOf(c)).toBeNull();
  });

  test("leaves the queue with the client that waits no longer", () => {
    const [, b] = [lock(0xa), lock(0xb)];
    b?.cancel();
    settle();
    expect(isThere("job/b")).toBe(false);
    // Nobody looks at the queue any more.
    end(0xan);
    expect(b?.answers).toEqual([]);
  });

  test("leaves the queue when the client is gone before its place is there", () => {
    const call = member.begin(
      `${LOCK}/Lock`,
      new ProtoWriter().string(1, "job").int64(2, 0xa).finish(),
    );
    call.cancel();
    settle();
    expect(isThere("job/a")).toBe(false);
  });

  test("without a lease comes with one of a minute", () => {
    const key = keyOf(lock(0));
    expect(key).toMatch(/^job\/[0-9a-f]+$/);
    const lease = member.machine.leases.get(BigInt(`0x${key?.split("/")[1]}`));
    expect(lease?.ttlSeconds).toBe(60);
  });

  test("with a lease that is not there is refused", () => {
    expect(lock(0xd).answers).toEqual([
      { code: STATUS.notFound, text: "etcdserver: requested lease not found" },
    ]);
  });

  test("is not given by a member that cannot tell whether it is still to be had", () => {
    const [, b] = [lock(0xa), lock(0xb)];
    member.begin("/etcdserverpb.KV/DeleteRange", encodeDeleteRange({ key: bytes("job/a") }));
    member.apply();
    expect(b?.answers).toEqual([]);
    member.fail("ERR_NO_LEADER");
    expect(b?.answers).toEqual([
      { code: STATUS.unavailable, text: "etcdserver: request timed out" },
    ]);
    // Nobody would wait for it any more, and everybody behind it.
    settle();
    expect(isThere("job/b")).toBe(false);
  });

  test("stays with the lease that has it when a call that asks for it again comes to nothing", () => {
    lock(0xa);
    const again = member.begin(
      `${LOCK}/Lock`,
      new ProtoWriter().string(1, "job").int64(2, 0xa).finish(),
    );
    member.apply();
    again.cancel();
    settle();
    expect(isThere("job/a")).toBe(true);
  });

  test("is refused where it would exceed the quota", () => {
    member = new MemberUnderTest({ quotaBytes: 1000 });
    member.ok("/etcdserverpb.Lease/LeaseGrant", encodeLeaseGrant({ ttlSeconds: 60, id: 0xan }));
    expect(lock(0xa, "j".repeat(700)).answers).toEqual([
      { code: STATUS.resourceExhausted, text: "etcdserver: mvcc: database space exceeded" },
    ]);
  });

  test.each([
    [0x7fff_ffff_ffff_ffffn, "job/7fffffffffffffff"],
    // As the clients of etcd that are written in Go print it.
    [-0x1234n, "job/-1234"],
  ])("of the lease %i has the key that etcd gives it", (id, key) => {
    member.ok("/etcdserverpb.Lease/LeaseGrant", encodeLeaseGrant({ ttlSeconds: 60, id }));
    const request = new ProtoWriter().string(1, "job").uint64(2, id).finish();
    expect(textsAt(member.ok(`${LOCK}/Lock`, request), 2)).toEqual([key]);
  });

  test("of another name has nothing to do with it", () => {
    expect([lock(0xa, "job"), lock(0xb, "jo"), lock(0xc, "job/x")].map(keyOf)).toEqual([
      "job/a",
      "jo/b",
      "job/x/c",
    ]);
  });
});

describe("an election", () => {
  const campaign = (lease: number, value: string): BegunCall =>
    begin(`${ELECTION}/Campaign`, "boss", lease, value);
  const leaderOf = (call: BegunCall): Fields => {
    const fields = answered(call);
    return (fields === null ? undefined : messagesAt(fields, 2)[0]) ?? new Map();
  };
  const withLeader = (leader: Fields, value = ""): Uint8Array => {
    const writer = new ProtoWriter();
    const start = writer.open(1);
    writer.string(1, "boss").string(2, textsAt(leader, 2)[0] ?? "");
    writer.int64(3, numberAt(leader, 3)).int64(4, numberAt(leader, 4)).close(start);
    return writer.string(2, value).finish();
  };
  const NAME = new ProtoWriter().string(1, "boss").finish();
  const value = (fields: Fields): string | undefined =>
    textsAt(messagesAt(fields, 2)[0] ?? new Map(), 5)[0];

  test("is won by the first, and by the next when it resigns", () => {
    const [a, b] = [campaign(0xa, "A"), campaign(0xb, "B")];
    const leader = leaderOf(a);
    expect([1, 2].map((field) => textsAt(leader, field)[0])).toEqual(["boss", "boss/a"]);
    expect([3, 4].map((field) => numberAt(leader, field))).toEqual([2, 0xa]);
    expect(value(member.ok(`${ELECTION}/Leader`, NAME))).toBe("A");
    expect(answered(b)).toBeNull();
    member.ok(`${ELECTION}/Resign`, withLeader(leader));
    settle();
    expect(textsAt(leaderOf(b), 2)).toEqual(["boss/b"]);
    expect(value(member.ok(`${ELECTION}/Leader`, NAME))).toBe("B");
  });

  test("takes another value of its leader, but not of one that lost it", () => {
    const leader = leaderOf(campaign(0xa, "A"));
    member.ok(`${ELECTION}/Proclaim`, withLeader(leader, "A2"));
    expect(value(member.ok(`${ELECTION}/Leader`, NAME))).toBe("A2");
    leaderOf(campaign(0xa, "A3"));
    expect(value(member.ok(`${ELECTION}/Leader`, NAME))).toBe("A3");
    member.ok(`${ELECTION}/Resign`, withLeader(leader));
    expect(member.call(`${ELECTION}/Proclaim`, withLeader(leader, "A4"))).toEqual({
      code: STATUS.unknown,
      text: "election: not leader",
    });
    // A leader that lost it has nothing left to resign.
    member.ok(`${ELECTION}/Resign`, withLeader(leader));
  });

  test("does not go on without an end where its leader proclaims without its lease", () => {
    const leader = new Map(leaderOf(campaign(0xa, "A"))).set(4, [0]);
    const call = member.begin(`${ELECTION}/Proclaim`, withLeader(leader, "A2"));
    settle();
    expect(answered(call)).not.toBeNull();
    const { store, leases } = member.machine;
    const lease = store.get("boss/a", store.revision)?.lease ?? 0n;
    expect(leases.get(lease)?.ttlSeconds).toBe(60);
  });

  test.each(["Proclaim", "Resign"])("%s must say which leader", (name) => {
    expect(member.call(`${ELECTION}/${name}`)).toEqual({
      code: STATUS.unknown,
      text: '"leader" field must be provided',
    });
  });

  test("without candidates has no leader", () => {
    expect(member.call(`${ELECTION}/Leader`, NAME)).toEqual({
      code: STATUS.unknown,
      text: "election: no leader",
    });
  });

  test("is observed: every leader and what it proclaims, in order", () => {
    const observer = member.begin(`${ELECTION}/Observe`);
    observer.send(NAME);
    settle();
    const leader = leaderOf(campaign(0xa, "A"));
    campaign(0xb, "B");
    member.ok(`${ELECTION}/Proclaim`, withLeader(leader, "A2"));
    end(0xan);
    const told = observer.answers.map((answer) =>
      answer.code === STATUS.ok ? value(fieldsOf(answer.message)) : answer.text,
    );
    expect(told).toEqual(["A", "A2", "B"]);
    observer.cancel();
    end(0xbn);
    campaign(0xc, "C");
    expect(observer.answers).toHaveLength(3);
  });
});
