import { QuorateError } from "@quorate/core";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  encodeAlarm,
  encodeLeaseGrant,
  encodeLeaseRevoke,
  encodePut,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import {
  bytes,
  fieldsOf,
  MemberUnderTest,
  messagesAt,
  numberAt,
  SELF,
  textsAt,
  type Answer,
} from "./member-under-test.ts";

const LEASE = "/etcdserverpb.Lease";
const PUT = "/etcdserverpb.KV/Put";

let member: MemberUnderTest;
beforeEach(() => (member = new MemberUnderTest()));

const grant = (ttlSeconds: number, id = 0n) =>
  member.call(`${LEASE}/LeaseGrant`, encodeLeaseGrant({ ttlSeconds, id }));

function granted(ttlSeconds: number, id = 0n): { readonly id: number; readonly ttl: number } {
  const fields = member.ok(`${LEASE}/LeaseGrant`, encodeLeaseGrant({ ttlSeconds, id }));
  return { id: numberAt(fields, 2), ttl: numberAt(fields, 3) };
}

const revoke = (id: bigint) => member.call(`${LEASE}/LeaseRevoke`, encodeLeaseRevoke(id));

function timeToLive(id: number, keys = false) {
  const request = new ProtoWriter().int64(1, id).bool(2, keys).finish();
  return member.ok(`${LEASE}/LeaseTimeToLive`, request);
}

/** Lets time pass as a member notices it, every 50 ms, and the log commit. */
function pass(millis: number): void {
  for (let gone = 0; gone < millis; gone += 50) {
    member.clock.now += 50;
    member.member.tick();
    member.commit();
  }
}

describe("a grant", () => {
  test("gives the id and time that were asked for", () => {
    expect(granted(60, 77n)).toEqual({ id: 77, ttl: 60 });
  });

  test("chooses an id, which is never the same", () => {
    const ids = Array.from({ length: 20 }, () => granted(60).id);
    expect(new Set(ids).size).toBe(20);
    expect(ids.every((id) => id > 0 && id < 2 ** 63)).toBe(true);
  });

  test.each([0, -7, 1])("of %i seconds is raised to what an election takes", (seconds) => {
    expect(granted(seconds).ttl).toBe(2);
  });

  test.each([
    [9_000_000_001, 0n, STATUS.outOfRange, "etcdserver: too large lease TTL"],
    [5, 77n, STATUS.failedPrecondition, "etcdserver: lease already exists"],
  ] as const)("of %i seconds with id %i is refused", (seconds, id, code, text) => {
    granted(60, 77n);
    expect(grant(seconds, id)).toEqual({ code, text });
  });
});

test("a lease that is revoked takes its keys with it", () => {
  granted(60, 77n);
  member.ok(PUT, encodePut({ key: bytes("k"), value: bytes("v"), lease: 77n }));
  expect(revoke(77n).code).toBe(STATUS.ok);
  expect(member.machine.store.get("k", member.machine.store.revision)).toBeNull();
  expect(revoke(77n)).toEqual({
    code: STATUS.notFound,
    text: "etcdserver: requested lease not found",
  });
});

describe("the time to live", () => {
  test("is what is left in whole seconds, with the keys if they are asked for", () => {
    granted(60, 77n);
    member.ok(PUT, encodePut({ key: bytes("k"), value: bytes("v"), lease: 77n }));
    pass(500);
    pass(10_100);
    const fields = timeToLive(77, true);
    expect([1, 2, 3, 4].map((field) => field > 1 && numberAt(fields, field))).toEqual([
      false,
      77,
      49,
      60,
    ]);
    expect(textsAt(fields, 5)).toEqual(["k"]);
    expect(textsAt(timeToLive(77), 5)).toEqual([]);
  });

  test("is -1 for what is not there", () => {
    const fields = timeToLive(5);
    expect([2, 3, 4].map((field) => numberAt(fields, field))).toEqual([5, -1, 0]);
  });
});

test("leases are listed, those that end first before the others", () => {
  granted(60, 1n);
  granted(5, 2n);
  granted(30, 3n);
  pass(1000);
  const leases = messagesAt(member.ok(`${LEASE}/LeaseLeases`), 2);
  expect(leases.map((each) => numberAt(each, 1))).toEqual([2, 3, 1]);
});

describe("the leader", () => {
  test("ends a lease when its time is over, within two ticks of its clock, and not before", () => {
    granted(5, 77n);
    pass(5000);
    expect(member.machine.leases.size).toBe(1);
    pass(650);
    expect(member.machine.leases.size).toBe(0);
  });

  test("writes nothing to the log while there are no leases", () => {
    for (let i = 0; i < 100; i++) {
      member.clock.now += 50;
      member.member.tick();
    }
    expect(member.log.proposed).toEqual([]);
  });

  test("counts no further before its last count is applied", () => {
    granted(5, 77n);
    for (let i = 0; i < 40; i++) {
      member.clock.now += 50;
      member.member.tick();
    }
    expect(member.log.proposed).toHaveLength(1);
  });

  test("does so in its own term only", () => {
    granted(5, 77n);
    pass(1000);
    member.clock.now += 10_000;
    member.member.tick();
    expect(member.log.proposed.length).toBeGreaterThan(0);
    expect(member.log.proposed.every(({ onlyInTerm }) => onlyInTerm === 2)).toBe(true);
  });

  test.each([
    ["follows", { isLeader: false, ready: false }],
    ["has not applied what former leaders committed", { ready: false }],
  ])("does nothing while it %s", (_, view) => {
    granted(5, 77n);
    member.log.become(view);
    pass(20_000);
    expect(member.machine.leases.size).toBe(1);
  });

  test("gives back the time that passed without it, whoever it is then", () => {
    granted(5, 77n);
    pass(3000);
    member.log.become({ isLeader: false, ready: false, leader: null });
    pass(60_000);
    member.log.become({ isLeader: true, ready: true, term: 3 });
    pass(1900);
    expect(member.machine.leases.size).toBe(1);
    pass(1000);
    expect(member.machine.leases.size).toBe(0);
  });

  test("ends many at once, and goes on as soon as some are applied", () => {
    for (let id = 1n; id <= 1000n; id++) granted(5, id);
    pass(5450);
    expect(member.machine.leases.size).toBe(1000);
    member.clock.now += 100;
    member.member.tick();
    for (let i = 0; i < 4; i++) {
      expect(member.log.proposed.length).toBeLessThanOrEqual(257);
      member.commit();
    }
    expect(member.machine.leases.size).toBe(0);
  });

  test("asks for no other while the log takes none", () => {
    for (let id = 1n; id <= 1000n; id++) granted(5, id);
    pass(5450);
    const asked = vi.spyOn(member.log, "propose");
    asked.mockImplementation((_, done) => {
      done({ kind: "failed", error: new QuorateError("ERR_OVERLOADED", "as the test wants") });
    });
    member.clock.now += 100;
    member.member.tick();
    expect(asked.mock.calls.length).toBeLessThan(3);
  });

  test("ends nothing while members are corrupt, and goes on when that is over", () => {
    granted(5, 77n);
    const alarm = (action: "activate" | "deactivate") =>
      member.ok(
        "/etcdserverpb.Maintenance/Alarm",
        encodeAlarm({ action, member: SELF, alarm: "corrupt" }),
      );
    alarm("activate");
    pass(5450);
    member.clock.now += 1000;
    member.member.tick();
    member.commit();
    member.member.tick();
    expect([member.log.proposed.length, member.machine.leases.size]).toEqual([0, 1]);
    alarm("deactivate");
    pass(50);
    expect(member.machine.leases.size).toBe(0);
  });

  test("tries again when an expiry is lost", () => {
    granted(5, 77n);
    pass(5000);
    member.clock.now += 1000;
    member.member.tick();
    member.fail("ERR_OVERLOADED");
    pass(100);
    expect(member.machine.leases.size).toBe(0);
  });
});

describe("keeping alive", () => {
  const keepAlive = (id: bigint): Uint8Array => encodeLeaseRevoke(id);
  const outcomes = (answers: readonly Answer[]): [number, number][] =>
    answers.map((answer) => {
      if (answer.code !== STATUS.ok) throw new Error(answer.text);
      const fields = fieldsOf(answer.message);
      return [numberAt(fields, 2), numberAt(fields, 3)];
    });

  test("gives a lease its time again, and says 0 of one that is not there", () => {
    granted(5, 77n);
    const stream = member.begin(`${LEASE}/LeaseKeepAlive`);
    for (let i = 0; i < 5; i++) {
      pass(4000);
      stream.send(keepAlive(77n));
      member.commit();
    }
    stream.send(keepAlive(5n));
    member.commit();
    expect(outcomes(stream.answers)).toEqual([...Array.from({ length: 5 }, () => [77, 5]), [5, 0]]);
    pass(6000);
    stream.send(keepAlive(77n));
    member.commit();
    expect(outcomes(stream.answers).at(-1)).toEqual([77, 0]);
  });

  test("takes what is asked for meanwhile with the next batch, each lease once", () => {
    granted(5, 1n);
    granted(5, 2n);
    const [one, other] = [0, 1].map(() => member.begin(`${LEASE}/LeaseKeepAlive`));
    for (const id of [1n, 2n, 1n]) one?.send(keepAlive(id));
    other?.send(keepAlive(2n));
    expect(member.log.proposed.length).toBe(1);
    member.commit();
    expect(member.log.proposed.length).toBe(1);
    member.commit();
    expect(member.log.proposed.length).toBe(0);
    expect([outcomes(one?.answers ?? []), outcomes(other?.answers ?? [])]).toEqual([
      [
        [1, 5],
        [2, 5],
        [1, 5],
      ],
      [[2, 5]],
    ]);
  });

  test("ends when the client has nothing more and everything is answered", () => {
    granted(5, 1n);
    const stream = member.begin(`${LEASE}/LeaseKeepAlive`);
    stream.send(keepAlive(1n));
    stream.halfClose();
    expect(stream.ended()).toBe(false);
    member.commit();
    expect([stream.answers.length, stream.ended()]).toEqual([1, true]);
  });

  test("is not refused because other clients have too much under way", () => {
    member = new MemberUnderTest({}, { requestsMax: 3 });
    granted(5, 77n);
    for (const key of ["a", "b", "c"]) member.begin(PUT, encodePut({ key: bytes(key) }));
    const stream = member.begin(`${LEASE}/LeaseKeepAlive`);
    stream.send(keepAlive(77n));
    member.commit();
    expect(outcomes(stream.answers)).toEqual([[77, 5]]);
  });

  test("fails as a write fails when nobody can tell", () => {
    const stream = member.begin(`${LEASE}/LeaseKeepAlive`);
    stream.send(keepAlive(1n));
    member.fail("ERR_NO_LEADER");
    expect(stream.answers).toEqual([
      { code: STATUS.unavailable, text: "etcdserver: request timed out" },
    ]);
  });
});

describe("the quota", () => {
  test("raises the alarm, refuses what takes space until it is disarmed, and lets room be made", () => {
    member = new MemberUnderTest({ quotaBytes: 2000 });
    const full = {
      code: STATUS.resourceExhausted,
      text: "etcdserver: mvcc: database space exceeded",
    };
    const put = (key: string) =>
      member.call(PUT, encodePut({ key: bytes(key), value: new Uint8Array(1000) }));
    expect(put("a").code).toBe(STATUS.ok);
    expect(put("b")).toEqual(full);
    expect([...member.machine.alarms]).toHaveLength(1);
    // Small enough, but the alarm is raised.
    expect(member.call(PUT, encodePut({ key: bytes("c") }))).toEqual(full);
    expect(member.call("/etcdserverpb.KV/DeleteRange", encodePut({ key: bytes("a") })).code).toBe(
      STATUS.ok,
    );
  });

  test("counts leases, too", () => {
    member = new MemberUnderTest({ quotaBytes: 2000 });
    const outcomes = Array.from({ length: 8 }, () => grant(60).code);
    expect(outcomes.map((code) => code === STATUS.ok)).toEqual([
      ...Array.from({ length: 6 }, () => true),
      false,
      false,
    ]);
  });
});
