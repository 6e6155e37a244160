import { beforeEach, describe, expect, test } from "vitest";
import { PassedOn, type PlainEffect } from "../../src/index.ts";

let emitted: PlainEffect[];
let passedOn: PassedOn;

beforeEach(() => {
  emitted = [];
  passedOn = new PassedOn({ emit: (effect) => void emitted.push(effect) });
});

function pass(now: number, ...ids: readonly number[]): void {
  passedOn.proposals(
    ids.map((id) => ({ id, data: new Uint8Array(0) })),
    now,
  );
}

describe("proposals", () => {
  test("that were taken have consecutive places", () => {
    pass(0, 1, 2, 3);
    passedOn.accepted([1, 2, 3], 7, 4);
    expect(emitted).toEqual([
      { kind: "proposalAppended", id: 1, position: { term: 4, index: 7 } },
      { kind: "proposalAppended", id: 2, position: { term: 4, index: 8 } },
      { kind: "proposalAppended", id: 3, position: { term: 4, index: 9 } },
    ]);
  });

  test("keep their places when others of the batch were given up before", () => {
    pass(0, 1);
    pass(10, 2);
    passedOn.expire(5);
    passedOn.accepted([1, 2], 7, 4);
    expect(emitted).toEqual([
      { kind: "proposalLost", id: 1 },
      { kind: "proposalAppended", id: 2, position: { term: 4, index: 8 } },
    ]);
  });

  test("are refused with the leader's reason", () => {
    pass(0, 1);
    passedOn.rejected([1], "ERR_OVERLOADED");
    expect(emitted).toEqual([{ kind: "proposalRejected", id: 1, reason: "ERR_OVERLOADED" }]);
  });

  test("get one answer each, whatever is said again or of others", () => {
    pass(0, 1);
    passedOn.accepted([1], 7, 4);
    passedOn.accepted([1, 9], 8, 4);
    passedOn.rejected([1, 9], "ERR_OVERLOADED");
    passedOn.expire(Infinity);
    passedOn.lose();
    expect(emitted).toHaveLength(1);
  });

  test("sent before then are given up, later ones are not", () => {
    pass(10, 1);
    pass(20, 2);
    passedOn.expire(20);
    expect(emitted).toEqual([{ kind: "proposalLost", id: 1 }]);
  });
});

describe("barriers", () => {
  test("are answered with an index, or fail", () => {
    passedOn.barrier(1);
    passedOn.barrier(2);
    passedOn.readAnswered(1, 5);
    passedOn.readAnswered(2, null);
    expect(emitted).toEqual([
      { kind: "readReady", id: 1, index: 5 },
      { kind: "readFailed", id: 2 },
    ]);
  });

  test("are answered once, and not when nobody asked", () => {
    passedOn.barrier(1);
    passedOn.readAnswered(1, 5);
    passedOn.readAnswered(1, 6);
    passedOn.readAnswered(9, 6);
    expect(emitted).toHaveLength(1);
  });
});

test("with the way to the leader, all that is on it is lost", () => {
  pass(0, 1, 2);
  passedOn.barrier(7);
  passedOn.accepted([1], 7, 4);
  emitted = [];
  passedOn.lose();
  expect(emitted).toEqual([
    { kind: "proposalLost", id: 2 },
    { kind: "readFailed", id: 7 },
  ]);
  passedOn.lose();
  passedOn.readAnswered(7, 5);
  expect(emitted).toHaveLength(2);
});
