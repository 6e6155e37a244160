import { describe, expect, test } from "vitest";
import { TestNetwork } from "../network.ts";
import { diskWith, TestDisk } from "../test-member.ts";
import { newest, notification, told, voteFor } from "./played.ts";

/** Member 2 of three voters and an observer, 4; the others are played. */
function lookingTwo(): TestNetwork {
  return new TestNetwork({ size: 3, observers: 1, real: ["2"] });
}

test("a member begins with a vote for itself, told to all voters", () => {
  const net = lookingTwo();
  expect(net.role("2")).toBe("LOOKING");
  for (const voter of ["1", "3"]) {
    expect(newest(net, "2", voter)).toEqual(notification(voteFor("2"), 1));
  }
});

test("whoever a link comes up to is told its vote, because it may have missed it", () => {
  const net = lookingTwo();
  net.hear("2", "3", notification(voteFor("3")));
  net.disconnect("2", "1");
  const before = told(net, "2", "1");
  net.connect("2", "1");
  expect(told(net, "2", "1")).toBe(before + 1);
  expect(newest(net, "2", "1").vote).toEqual(voteFor("3"));
});

test("no observer is told when it changes its vote", () => {
  const net = lookingTwo();
  const before = told(net, "2", "4");
  net.hear("2", "3", notification(voteFor("3")));
  expect(told(net, "2", "4")).toBe(before);
});

test("its vote carries its current epoch and its last entry", () => {
  const disk = diskWith({ accepted: 6, current: 5 }, 4, "x", "y");
  const net = new TestNetwork({ size: 3, real: ["2"], disks: { "2": disk } });
  const { vote } = newest(net, "2", "1");
  expect(vote).toEqual(voteFor("2", 5, { term: 4, index: 2 }));
});

test("an observer votes for nobody", () => {
  const net = new TestNetwork({ size: 3, observers: 1, real: ["4"] });
  expect(newest(net, "4", "1").vote).toBeNull();
  expect(newest(net, "4", "1").state).toBe("LOOKING");
});

describe("from a member that looks", () => {
  test("a better vote of this round is adopted and told to everybody", () => {
    const net = lookingTwo();
    net.hear("2", "3", notification(voteFor("3")));
    for (const voter of ["1", "3"]) {
      expect(newest(net, "2", voter)).toEqual(notification(voteFor("3"), 1));
    }
  });

  test("a worse vote of this round changes nothing and is not answered", () => {
    const net = lookingTwo();
    const before = told(net, "2", "1");
    net.hear("2", "1", notification(voteFor("1")));
    expect(told(net, "2", "1")).toBe(before);
    expect(newest(net, "2", "1").vote).toEqual(voteFor("2"));
  });

  test("a higher round is taken up, even with a worse vote", () => {
    const net = lookingTwo();
    net.hear("2", "1", notification(voteFor("1"), 7));
    expect(newest(net, "2", "3")).toEqual(notification(voteFor("2"), 7));
  });

  test("in a higher round its vote is compared with our own, not with what we had adopted", () => {
    const net = lookingTwo();
    net.hear("2", "3", notification(voteFor("3")));
    net.hear("2", "1", notification(voteFor("1"), 2));
    expect(newest(net, "2", "3")).toEqual(notification(voteFor("2"), 2));
  });

  test("in a higher round votes of the one before do not count any more", () => {
    const net = new TestNetwork({ size: 5, real: ["2"] });
    net.hear("2", "3", notification(voteFor("2")));
    net.hear("2", "1", notification(voteFor("1"), 2));
    net.hear("2", "4", notification(voteFor("2"), 2)); // with 2's own: two of five
    net.tick(250);
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
    net.hear("2", "5", notification(voteFor("2"), 2));
    net.tick(250);
    expect(net.role("2")).toBe("LEADING");
  });

  test("a lower round is not counted, but its sender is told ours", () => {
    const net = lookingTwo();
    net.hear("2", "1", notification(voteFor("1"), 2));
    const before = told(net, "2", "3");
    net.hear("2", "3", notification(voteFor("3"), 1));
    expect(told(net, "2", "3")).toBe(before + 1);
    expect(newest(net, "2", "3")).toEqual(notification(voteFor("2"), 2));
    net.hear("2", "3", notification(voteFor("2"), 1));
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
  });

  test("who votes for nobody is told our vote and not counted", () => {
    const net = lookingTwo();
    net.hear("2", "4", notification(null));
    expect(newest(net, "2", "4")).toEqual(notification(voteFor("2"), 1));
    net.hear("2", "1", notification(null));
    net.hear("2", "3", notification(null));
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
  });

  test("an observer's vote is not counted, whatever it says", () => {
    const net = lookingTwo();
    const before = told(net, "2", "4");
    net.hear("2", "4", notification(voteFor("3")));
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
    expect(newest(net, "2", "1").vote).toEqual(voteFor("2"));
    expect(told(net, "2", "4")).toBe(before + 1); // but it is answered
  });

  test("an observer's round is not taken up", () => {
    const net = lookingTwo();
    net.hear("2", "4", notification(null, 9));
    expect(newest(net, "2", "1").round).toBe(1);
  });

  test.each([
    ["a stranger", "9", voteFor("2")],
    ["a voter that proposes a stranger", "1", voteFor("9", 99)],
    ["a voter that proposes an observer", "1", voteFor("4", 99)],
  ])("%s decides nothing", (_who, from, vote) => {
    const net = lookingTwo();
    net.hear("2", from, notification(vote));
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
    expect(newest(net, "2", "1").vote).toEqual(voteFor("2"));
  });

  test("a voter that proposes one without weight decides nothing", () => {
    const group = ["1", "2"].map((id) => ({ id, weight: 1 }));
    const quorum = { kind: "weighted", groups: [[...group, { id: "3", weight: 0 }]] } as const;
    const net = new TestNetwork({ size: 3, quorum, real: ["1"] });
    net.hear("1", "2", notification(voteFor("3", 99)));
    net.hear("1", "3", notification(voteFor("3", 99)));
    net.tick(250);
    expect(net.role("1")).toBe("LOOKING");
    expect(newest(net, "1", "2").vote).toEqual(voteFor("1"));
  });

  test("a vote that changed replaces the one before", () => {
    const net = new TestNetwork({ size: 5, real: ["2"] });
    net.hear("2", "1", notification(voteFor("2")));
    net.hear("2", "3", notification(voteFor("2")));
    net.hear("2", "1", notification(voteFor("1"))); // no longer a quorum for 2
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
  });
});

describe("the decision", () => {
  test("waits for a better vote once a quorum agrees", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    net.hear("2", "1", notification(voteFor("2")));
    net.tick(150);
    expect(net.role("2")).toBe("LOOKING");
    net.tick(50);
    expect(net.role("2")).toBe("LEADING");
  });

  test("is called off by a better vote, which is then waited for again", () => {
    const net = new TestNetwork({ size: 3, real: ["1"] });
    net.hear("1", "2", notification(voteFor("2")));
    net.tick(150);
    net.hear("1", "3", notification(voteFor("3")));
    net.tick(150);
    expect(net.role("1")).toBe("LOOKING");
    net.tick(50);
    expect(net.role("1")).toBe("FOLLOWING");
    expect(net.member("1").sentTo("3", "followerInfo")).toHaveLength(1);
    expect(net.member("1").sentTo("2", "followerInfo")).toEqual([]);
  });

  test("is not called off by a worse vote", () => {
    const net = new TestNetwork({ size: 5, real: ["3"] });
    net.hear("3", "1", notification(voteFor("3")));
    net.hear("3", "2", notification(voteFor("3")));
    net.tick(150);
    net.hear("3", "4", notification(voteFor("1")));
    net.tick(50);
    expect(net.role("3")).toBe("LEADING");
  });

  test("is called off when one of the quorum can no longer be reached", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    net.hear("2", "1", notification(voteFor("2")));
    net.disconnect("2", "1");
    net.tick(250);
    expect(net.role("2")).toBe("LOOKING");
  });

  test("is immediate when everybody agrees: nobody is left who could know better", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    net.hear("2", "1", notification(voteFor("2")));
    net.hear("2", "3", notification(voteFor("2")));
    expect(net.role("2")).toBe("LEADING");
  });

  test("is immediate for the only voter there is", () => {
    const net = new TestNetwork({ size: 1 });
    net.run(50);
    expect(net.zab("1").view()).toMatchObject({ isLeader: true, ready: true, term: 1 });
  });

  test("is never made alone", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    for (let i = 0; i < 100; i++) net.tick(100);
    expect(net.role("2")).toBe("LOOKING");
  });
});

describe("who looks is answered by members that do not", () => {
  test("with what they follow", () => {
    const net = new TestNetwork({ size: 3, real: ["1"] });
    net.hear("1", "3", notification(voteFor("3")));
    net.tick(250);
    expect(net.role("1")).toBe("FOLLOWING");
    net.hear("1", "2", notification(voteFor("2"), 5));
    expect(newest(net, "1", "2")).toEqual(notification(voteFor("3"), 1, "FOLLOWING"));
  });

  test("by the leader with itself", () => {
    const net = new TestNetwork({ size: 3, real: ["3"] });
    net.hear("3", "1", notification(voteFor("3")));
    net.tick(250);
    net.hear("3", "2", notification(voteFor("2"), 5));
    expect(newest(net, "3", "2")).toEqual(notification(voteFor("3"), 1, "LEADING"));
  });

  test("but not when they look no more themselves", () => {
    const net = new TestNetwork({ size: 3, real: ["3"] });
    net.hear("3", "1", notification(voteFor("3")));
    net.tick(250);
    const before = told(net, "3", "2");
    net.hear("3", "2", notification(voteFor("2"), 5, "FOLLOWING"));
    expect(told(net, "3", "2")).toBe(before); // or two members would answer each other for ever
  });
});

describe("repeating", () => {
  /** When the member repeats its vote in the next so many ms. */
  function repeats(net: TestNetwork, millis: number): number[] {
    const times: number[] = [];
    const begin = net.now;
    while (net.now < begin + millis) {
      const before = told(net, "2", "1");
      net.tick(50);
      if (told(net, "2", "1") > before) times.push(net.now - begin);
    }
    return times;
  }

  test("becomes rarer, to a bound", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    // 200, doubling, at most 1600 apart.
    expect(repeats(net, 8000)).toEqual([200, 600, 1400, 3000, 4600, 6200, 7800]);
  });

  test("a lost notification is made up for: two members that start apart find each other", () => {
    const net = new TestNetwork({ size: 3, real: [] });
    net.start("1", new TestDisk());
    net.start("2", new TestDisk());
    net.letters = []; // the first ones are lost on the way
    net.run(2000);
    expect(net.leader()).toBe("2");
  });
});
