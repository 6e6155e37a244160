import { QuorateError, type ErrorCode } from "@quorate/core";
import { beforeEach, describe, expect, test } from "vitest";
import {
  encodeCompaction,
  encodeDowngrade,
  encodeMoveLeader,
  encodePut,
  type DowngradeAction,
} from "../../../src/etcd/codec/index.ts";
import { STATUS } from "../../../src/grpc/index.ts";
import { bytes, MemberUnderTest } from "./member-under-test.ts";

const MAINTENANCE = "/etcdserverpb.Maintenance";

let member: MemberUnderTest;
beforeEach(() => {
  member = new MemberUnderTest();
});

test("Defragment answers when nothing is left to be given back", () => {
  const request = encodePut({ key: bytes("k"), value: bytes("v") });
  for (let i = 0; i < 3000; i++) member.ok("/etcdserverpb.KV/Put", request);
  member.begin("/etcdserverpb.KV/Compact", encodeCompaction({ revision: 3000 }));
  member.commit();
  const { answers } = member.begin(`${MAINTENANCE}/Defragment`);
  let turns = 0;
  for (; answers.length === 0 && turns < 100; turns++) member.turn();
  expect(turns).toBeGreaterThan(3);
  expect(answers.map(({ code }) => code)).toEqual([STATUS.ok]);
  expect(member.machine.store.isSweeping).toBe(false);
});

describe("MoveLeader", () => {
  const begin = (target: bigint) =>
    member.begin(`${MAINTENANCE}/MoveLeader`, encodeMoveLeader(target));
  const end = (code: ErrorCode | null): void => {
    const error = code === null ? null : new QuorateError(code, "as the test wants");
    for (const { done } of member.log.transfers.splice(0)) done(error);
  };

  test("answers when the other leads", () => {
    const { answers } = begin(0x9f00_0000_0000_0001n);
    expect(member.log.transfers.map(({ target }) => target)).toEqual(["9f00000000000001"]);
    expect(answers).toEqual([]);
    end(null);
    expect(answers.map(({ code }) => code)).toEqual([STATUS.ok]);
  });

  test.each([
    ["ERR_NOT_LEADER", STATUS.failedPrecondition, "not leader"],
    ["ERR_TRANSFEREE", STATUS.failedPrecondition, "bad leader transferee"],
    ["ERR_TIMEOUT", STATUS.unavailable, "request timed out"],
    ["ERR_LEADER_CHANGED", STATUS.unavailable, "leader changed"],
    ["ERR_OVERLOADED", STATUS.resourceExhausted, "too many requests"],
  ] as const)("that fails with %s says so in etcd's words", (error, code, text) => {
    const { answers } = begin(1n);
    end(error);
    expect(answers).toEqual([{ code, text: `etcdserver: ${text}` }]);
  });
});

test.each([
  ["validate", "3.4.0", STATUS.invalidArgument, "invalid downgrade target version"],
  ["enable", "3.4", STATUS.invalidArgument, "invalid downgrade target version"],
  ["enable", "", STATUS.invalidArgument, "wrong downgrade target version format"],
  ["validate", "three", STATUS.invalidArgument, "wrong downgrade target version format"],
  ["validate", "3.4.0.1", STATUS.invalidArgument, "wrong downgrade target version format"],
  ["cancel", "", STATUS.failedPrecondition, "no inflight downgrade job"],
] as const)("Downgrade: %s %j is refused", (action: DowngradeAction, version, code, text) => {
  expect(member.call(`${MAINTENANCE}/Downgrade`, encodeDowngrade({ action, version }))).toEqual({
    code,
    text: `etcdserver: ${text}`,
  });
});
