import type { ErrorCode } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { encodePut, encodeRange } from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { REQUEST_LIMITS } from "../../../src/service/request-service.ts";
import { bytes, MemberUnderTest } from "./member-under-test.ts";

const PUT = "/etcdserverpb.KV/Put";
const RANGE = "/etcdserverpb.KV/Range";
const put = encodePut({ key: bytes("k"), value: bytes("v") });
const range = encodeRange({ key: bytes("k") });

const { unavailable, resourceExhausted, failedPrecondition } = STATUS;

const EXPECTED = [
  ["ERR_NO_LEADER", unavailable, "etcdserver: request timed out"],
  ["ERR_LEADER_CHANGED", unavailable, "etcdserver: leader changed"],
  ["ERR_TIMEOUT", unavailable, "etcdserver: request timed out"],
  ["ERR_STOPPED", unavailable, "etcdserver: server stopped"],
  ["ERR_OVERLOADED", resourceExhausted, "etcdserver: too many requests"],
  ["ERR_STORAGE_FULL", resourceExhausted, "etcdserver: mvcc: database space exceeded"],
  ["ERR_NOT_LEADER", failedPrecondition, "etcdserver: not leader"],
] as const satisfies readonly (readonly [ErrorCode, number, string])[];

describe.each(EXPECTED)("%s", (error, code, text) => {
  test.each([
    ["a write", PUT, put],
    ["a read", RANGE, range],
  ])("fails %s with etcd's code and text", (_, path, request) => {
    const member = new MemberUnderTest();
    const { answers } = member.begin(path, request);
    member.fail(error);
    expect(answers).toEqual([{ code, text }]);
  });
});

test("requests that nobody answers time out after seven seconds", () => {
  const member = new MemberUnderTest();
  const write = member.begin(PUT, put);
  const read = member.begin(RANGE, range);
  member.clock.now = 7001;
  member.requests.tick();
  const timeout = { code: unavailable, text: "etcdserver: request timed out" };
  expect([write.answers, read.answers]).toEqual([[timeout], [timeout]]);
  member.commit();
  expect(write.answers).toHaveLength(1);
});

test("requests that may have died with a leader say so", () => {
  const member = new MemberUnderTest();
  const { answers } = member.begin(PUT, put);
  member.clock.now = 1500;
  member.log.become({ leader: null });
  member.log.become({ leader: "a2" });
  member.clock.now = 7001;
  member.requests.tick();
  const text = "etcdserver: request timed out, possibly due to previous leader failure";
  expect(answers).toEqual([{ code: unavailable, text }]);
});

test("a member with too much under way takes no more", () => {
  const member = new MemberUnderTest();
  for (let i = 0; i < REQUEST_LIMITS.requestsMax; i++) member.begin(PUT, put);
  const text = "etcdserver: too many requests";
  expect(member.begin(PUT, put).answers).toEqual([{ code: resourceExhausted, text }]);
  expect(member.begin(RANGE, range).answers).toEqual([{ code: resourceExhausted, text }]);
});
