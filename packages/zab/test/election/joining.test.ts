import { describe, expect, test } from "vitest";
import type { ServerState } from "../../src/messages.ts";
import { TestNetwork } from "../network.ts";
import { newest, notification, voteFor } from "./played.ts";

/** Member 2 of five looks in round 1; the others are played. */
function lookingTwo(): TestNetwork {
  return new TestNetwork({ size: 5, observers: 1, real: ["2"] });
}

type Said = readonly [from: string, state: ServerState, leader: string, round: number];

describe("a member that looks while others have decided", () => {
  const cases: readonly (readonly [string, readonly Said[], string])[] = [
    [
      "joins when a quorum names a leader that says that it leads",
      [
        ["1", "FOLLOWING", "5", 1],
        ["3", "FOLLOWING", "5", 1],
        ["5", "LEADING", "5", 1],
      ],
      "FOLLOWING",
    ],
    [
      "joins whatever the round they were elected in (ZOOKEEPER-1732)",
      [
        ["1", "FOLLOWING", "5", 9],
        ["3", "FOLLOWING", "5", 9],
        ["5", "LEADING", "5", 9],
      ],
      "FOLLOWING",
    ],
    [
      "joins though their rounds differ (ZOOKEEPER-1805, 1818)",
      [
        ["1", "FOLLOWING", "5", 3],
        ["3", "FOLLOWING", "5", 4],
        ["5", "LEADING", "5", 9],
      ],
      "FOLLOWING",
    ],
    [
      "does not join a leader of which only others speak",
      [
        ["1", "FOLLOWING", "5", 9],
        ["3", "FOLLOWING", "5", 9],
        ["4", "FOLLOWING", "5", 9],
      ],
      "LOOKING",
    ],
    ["does not join a leader without a quorum", [["5", "LEADING", "5", 9]], "LOOKING"],
    [
      "joins a leader that has a quorum with it: the leader may have lost it just now",
      [
        ["1", "FOLLOWING", "5", 9],
        ["5", "LEADING", "5", 9],
      ],
      "FOLLOWING",
    ],
    [
      "does not add up followers of different leaders",
      [
        ["1", "FOLLOWING", "4", 9],
        ["3", "FOLLOWING", "4", 9],
        ["5", "LEADING", "5", 9],
      ],
      "LOOKING",
    ],
    [
      "does not count observers",
      [
        ["6", "OBSERVING", "5", 9],
        ["5", "LEADING", "5", 9],
      ],
      "LOOKING",
    ],
    [
      "does not count a voter that says that it observes",
      [
        ["3", "OBSERVING", "5", 9],
        ["5", "LEADING", "5", 9],
      ],
      "LOOKING",
    ],
    [
      "does not lead because others follow it in a round that it is not in",
      [
        ["1", "FOLLOWING", "2", 9],
        ["3", "FOLLOWING", "2", 9],
        ["4", "FOLLOWING", "2", 9],
      ],
      "LOOKING",
    ],
    [
      "does not believe who says that another leads while claiming to lead",
      [
        ["1", "LEADING", "5", 9],
        ["3", "FOLLOWING", "5", 9],
        ["4", "FOLLOWING", "5", 9],
      ],
      "LOOKING",
    ],
  ];

  test.each(cases)("%s", (_what, said, role) => {
    const net = lookingTwo();
    for (const [from, state, leader, round] of said) {
      net.hear("2", from, notification(voteFor(leader, 7, { term: 7, index: 70 }), round, state));
    }
    expect(net.role("2")).toBe(role);
    if (role === "FOLLOWING") expect(net.member("2").sentTo("5", "followerInfo")).toHaveLength(1);
  });

  test("joins though they remember the leader's vote differently", () => {
    const net = lookingTwo();
    net.hear("2", "1", notification(voteFor("5", 7, { term: 7, index: 70 }), 9, "FOLLOWING"));
    net.hear("2", "3", notification(voteFor("5", 6, { term: 6, index: 60 }), 9, "FOLLOWING"));
    net.hear("2", "5", notification(voteFor("5", 7, { term: 7, index: 77 }), 9, "LEADING"));
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("believes the newest that each of them says", () => {
    const net = lookingTwo();
    net.hear("2", "1", notification(voteFor("4"), 9, "FOLLOWING"));
    net.hear("2", "5", notification(voteFor("5"), 9, "LEADING"));
    expect(net.role("2")).toBe("LOOKING");
    net.hear("2", "1", notification(voteFor("5"), 9, "FOLLOWING"));
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("whoever looks again is no longer a follower", () => {
    const net = lookingTwo();
    net.hear("2", "1", notification(voteFor("5"), 9, "FOLLOWING"));
    net.hear("2", "1", notification(voteFor("1"), 1, "LOOKING"));
    net.hear("2", "5", notification(voteFor("5"), 9, "LEADING"));
    expect(net.role("2")).toBe("LOOKING");
  });

  test("leads when a quorum of its own round follows it already", () => {
    const net = lookingTwo();
    for (const from of ["1", "3"]) {
      net.hear("2", from, notification(voteFor("2"), 1, "FOLLOWING"));
    }
    net.tick(250);
    expect(net.role("2")).toBe("LEADING");
  });

  test("begins its next search behind the round that it joined", () => {
    const net = lookingTwo();
    for (const from of ["1", "3"]) {
      net.hear("2", from, notification(voteFor("5"), 9, "FOLLOWING"));
    }
    net.hear("2", "5", notification(voteFor("5"), 9, "LEADING"));
    net.disconnect("2", "5");
    expect(net.role("2")).toBe("LOOKING");
    expect(newest(net, "2", "1").round).toBe(10);
  });

  test("an observer joins as well, and observes", () => {
    const net = new TestNetwork({ size: 3, observers: 1, real: ["4"] });
    net.hear("4", "1", notification(voteFor("3"), 5, "FOLLOWING"));
    expect(net.role("4")).toBe("LOOKING");
    net.hear("4", "3", notification(voteFor("3"), 5, "LEADING"));
    expect(net.role("4")).toBe("OBSERVING");
  });
});
