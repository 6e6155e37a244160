import { majorityOf, Prng } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { Zab, ZAB_TIMES, zabTimes, type ZabTimes } from "../src/index.ts";

const REFUSED = expect.objectContaining({ code: "ERR_CONFIGURATION" });
const recovered = { hardState: null, snapshot: null, tail: [] };
const configuration = majorityOf([{ id: "1", addresses: [] }]);

function make(times: Partial<ZabTimes>): Zab {
  return new Zab({
    self: "1",
    configuration,
    recovered,
    prng: new Prng(1),
    times: { ...ZAB_TIMES, ...times },
  });
}

test("ZooKeeper's words become times", () => {
  expect(zabTimes(2000, 10, 5)).toEqual({
    pingMillis: 1000, // half a tick
    initMillis: 20_000,
    syncMillis: 10_000,
    finalizeWaitMillis: 200,
    notificationMillisMin: 200,
    notificationMillisMax: 60_000,
  });
  expect(ZAB_TIMES).toEqual(zabTimes(2000, 10, 5));
});

describe("times that cannot work are refused", () => {
  test.each([
    ["no ping", { pingMillis: 0 }],
    ["a time that is no number", { pingMillis: Number.NaN }],
    ["a syncLimit below a tick", { syncMillis: 1999 }],
    ["an initLimit below a tick", { initMillis: 1999 }],
  ])("%s", (_what, times) => {
    expect(() => make(times)).toThrow(REFUSED);
    expect(() => make(times)).toThrow(/initLimit and syncLimit/);
  });

  test.each([
    ["no wait before a vote is repeated", { notificationMillisMin: 0 }],
    ["repeating that becomes more frequent", { notificationMillisMax: 199 }],
    ["a bound that is no number", { notificationMillisMax: Number.NaN }],
    ["a negative wait for better votes", { finalizeWaitMillis: -1 }],
  ])("%s", (_what, times) => {
    expect(() => make(times)).toThrow(REFUSED);
    expect(() => make(times)).toThrow(/notification/);
  });

  test("the smallest limits that can are taken", () => {
    expect(() => make({ syncMillis: 2000, initMillis: 2000 })).not.toThrow();
    expect(() => make({ notificationMillisMax: 200, finalizeWaitMillis: 0 })).not.toThrow();
  });
});

test("a configuration in which nobody votes is refused", () => {
  const members = [{ id: "1", addresses: [] }];
  const nobody = { members, quorum: { kind: "majority" as const, voters: [] } };
  const options = { self: "1", recovered, prng: new Prng(1), times: ZAB_TIMES };
  expect(() => new Zab({ ...options, configuration: nobody })).toThrow(REFUSED);
});

test("a disk whose epochs are damaged starts no member", () => {
  const options = { self: "1", configuration, prng: new Prng(1), times: ZAB_TIMES };
  const damaged = { ...recovered, hardState: new Uint8Array([1, 2, 3]) };
  expect(() => new Zab({ ...options, recovered: damaged })).toThrow(
    expect.objectContaining({ code: "ERR_MALFORMED" }),
  );
});
