import type { QuorumRule } from "@quorate/core";
import { describe, expect, test } from "vitest";
import {
  compareIds,
  isBetterVote,
  isSameVote,
  mayLead,
  type Vote,
} from "../../src/election/vote.ts";

function vote(leader: string, epoch: number, term: number, index: number): Vote {
  return { leader, epoch, last: { term, index } };
}

describe("the total order of votes", () => {
  /** Each beats all before it. */
  const ASCENDING: readonly (readonly [string, Vote])[] = [
    ["the smallest id", vote("1", 1, 1, 5)],
    ["a larger id", vote("2", 1, 1, 5)],
    ["a larger id by number, not by letters", vote("10", 1, 1, 5)],
    ["more entries of the same epoch, whatever the id", vote("1", 1, 1, 6)],
    ["an entry of a newer epoch, though fewer of them", vote("1", 1, 2, 3)],
    ["a newer current epoch, whatever the log", vote("1", 2, 1, 1)],
    ["a newer current epoch and a larger id", vote("9", 2, 1, 1)],
    ["an epoch that letters would put first", vote("1", 10, 1, 1)],
  ];

  test.each(ASCENDING)("%s wins", (_why, better) => {
    const place = ASCENDING.findIndex(([, candidate]) => candidate === better);
    for (const [i, [, other]] of ASCENDING.entries()) {
      expect(isBetterVote(better, other), `against number ${i}`).toBe(i < place);
    }
  });

  test("any vote beats none", () => {
    expect(isBetterVote(vote("1", 0, 0, 0), null)).toBe(true);
  });

  test("a vote is the same when leader, epoch and last entry are", () => {
    const one = vote("1", 2, 3, 4);
    expect(isSameVote(one, vote("1", 2, 3, 4))).toBe(true);
    for (const other of [
      vote("2", 2, 3, 4),
      vote("1", 1, 3, 4),
      vote("1", 2, 2, 4),
      vote("1", 2, 3, 5),
      null,
    ]) {
      expect(isSameVote(one, other)).toBe(false);
      expect(isSameVote(other, one)).toBe(false);
    }
    expect(isSameVote(null, null)).toBe(false); // two that vote for nobody do not agree on somebody
  });
});

test("ids are ordered as numbers", () => {
  const ids = ["100", "9", "255", "10", "2", "1", "30"];
  expect(ids.sort(compareIds)).toEqual(["1", "2", "9", "10", "30", "100", "255"]);
  expect(compareIds("7", "7")).toBe(0);
});

describe("who may lead", () => {
  const majority: QuorumRule = { kind: "majority", voters: ["1", "2"] };
  const weighted: QuorumRule = {
    kind: "weighted",
    groups: [
      [
        { id: "1", weight: 1 },
        { id: "2", weight: 0 },
      ],
      [{ id: "3", weight: 2 }],
    ],
  };
  const cases: readonly (readonly [string, QuorumRule, string, boolean])[] = [
    ["a voter", majority, "1", true],
    ["an observer", majority, "3", false],
    ["a voter with weight", weighted, "3", true],
    ["a voter without weight", weighted, "2", false],
    ["a member of no group", weighted, "4", false],
    [
      "who votes in the new half of a change",
      { kind: "joint", outgoing: majority, incoming: { kind: "majority", voters: ["3"] } },
      "3",
      true,
    ],
    [
      "who is leaving",
      { kind: "joint", outgoing: majority, incoming: { kind: "majority", voters: ["3"] } },
      "1",
      false,
    ],
  ];
  test.each(cases)("%s", (_who, rule, id, may) => {
    expect(mayLead(rule, id)).toBe(may);
  });
});
