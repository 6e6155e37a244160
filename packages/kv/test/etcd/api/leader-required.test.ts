import { beforeEach, describe, expect, test } from "vitest";
import {
  encodeLeaseGrant,
  encodeLeaseRevoke,
  encodePut,
  ProtoWriter,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { bytes, MemberUnderTest, type BegunCall } from "./member-under-test.ts";

const KEEP_ALIVE = "/etcdserverpb.Lease/LeaseKeepAlive";
const OBSERVE = "/v3electionpb.Election/Observe";
const NO_LEADER = { code: STATUS.unavailable, text: "etcdserver: no leader" };

let member: MemberUnderTest;
beforeEach(() => (member = new MemberUnderTest()));

const open = (path: string): BegunCall =>
  member.begin(path, new Uint8Array(0), { hasleader: "true" });

/** So long that no election takes it. */
function loseLeader(): void {
  member.log.become({ leader: null, isLeader: false, ready: false });
  for (let i = 0; i < 2; i++) {
    member.member.tick();
    member.clock.now += 3000;
  }
  member.member.tick();
}

describe("a stream whose client wants a leader", () => {
  test.each([KEEP_ALIVE, OBSERVE])("%s ends when there was none for too long", (path) => {
    const call = open(path);
    const indifferent = member.begin(path);
    loseLeader();
    expect([call.answers, indifferent.answers]).toEqual([[NO_LEADER], []]);
  });

  test("is heard of no more when it has ended so", () => {
    const call = open(OBSERVE);
    call.send(new ProtoWriter().string(1, "boss").finish());
    member.commit();
    loseLeader();
    member.log.become({ leader: "x" });
    member.ok("/etcdserverpb.KV/Put", encodePut({ key: bytes("boss/1") }));
    expect(call.answers).toEqual([NO_LEADER]);
  });

  test("is not ended again when it has ended by itself, failed or was given up", () => {
    member.ok("/etcdserverpb.Lease/LeaseGrant", encodeLeaseGrant({ ttlSeconds: 60, id: 7n }));
    const [ended, failed, givenUp] = [0, 1, 2].map(() => open(KEEP_ALIVE));
    ended?.send(encodeLeaseRevoke(7n));
    ended?.halfClose();
    member.commit();
    failed?.send(Uint8Array.of(1));
    givenUp?.cancel();
    loseLeader();
    expect(ended?.ended()).toBe(true);
    expect([ended, failed, givenUp].map((call) => call?.answers.length)).toEqual([1, 1, 0]);
    expect(failed?.answers[0]).not.toEqual(NO_LEADER);
  });
});
