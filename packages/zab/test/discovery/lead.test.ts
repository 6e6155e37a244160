import { describe, expect, test } from "vitest";
import { agree, newest, notification, voteFor } from "../election/played.ts";
import { TestNetwork, TIMES } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, promise, SESSION } from "../played.ts";
import { diskWith } from "../test-member.ts";

/** Member 5 of five voters and an observer, 6, is elected; all others are played. */
const elected = (): ReturnType<typeof electedLeader> => electedLeader({ size: 5, observers: 1 });

describe("the epoch", () => {
  test("is told to nobody before a quorum has introduced itself", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    expect(net.member("5").sentTo("1", "leaderInfo")).toEqual([]);
    net.hear("5", "2", followerInfo(0)); // with the leader: three of five
    for (const peer of ["1", "2"]) {
      expect(net.member("5").sentTo(peer, "leaderInfo")).toEqual([
        { kind: "leaderInfo", session: SESSION, epoch: 1 },
      ]);
    }
  });

  test.each([
    [0, 0, 0, 1],
    [4, 0, 0, 5],
    [0, 8, 3, 9],
    [3, 3, 9, 10],
  ])("is behind all that were promised: own %i, others %i and %i", (own, one, two, epoch) => {
    const disk = diskWith({ accepted: own, current: 0 }, 0);
    const net = electedLeader({ size: 5, disks: { "5": disk } });
    net.hear("5", "1", followerInfo(one));
    net.hear("5", "2", followerInfo(two));
    expect(net.member("5").sentTo("1", "leaderInfo")).toMatchObject([{ epoch }]);
  });

  test("who introduces itself twice counts once", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0, 7));
    net.hear("5", "1", followerInfo(0, 8));
    expect(net.member("5").sentTo("1", "leaderInfo")).toEqual([]);
  });

  // ZOOKEEPER-2959
  test("an observer does not count, and what it promised does not either", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    net.hear("5", "6", followerInfo(40));
    expect(net.member("5").sentTo("1", "leaderInfo")).toEqual([]);
    net.hear("5", "2", followerInfo(0));
    expect(net.member("5").sentTo("1", "leaderInfo")).toMatchObject([{ epoch: 1 }]);
  });

  test("is on the leader's disk before anybody hears of it", () => {
    const net = elected();
    net.member("5").diskStalled = true;
    net.hear("5", "1", followerInfo(3));
    net.hear("5", "2", followerInfo(0));
    expect(net.member("5").sentTo("1", "leaderInfo")).toEqual([]);
    net.member("5").releaseDisk();
    expect(net.member("5").sentTo("1", "leaderInfo")).toMatchObject([{ epoch: 4 }]);
    expect(net.member("5").disk.epochs).toEqual({ accepted: 4, current: 0 });
  });

  test("that was promised to nobody is not used again after a crash", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    net.hear("5", "2", followerInfo(0));
    net.restart("5");
    for (const peer of ["1", "2"]) {
      net.hear("5", peer, notification(newest(net, "5", peer).vote));
    }
    net.tick(250);
    net.hear("5", "1", followerInfo(0));
    net.hear("5", "2", followerInfo(0));
    expect(net.member("5").sentTo("1", "leaderInfo")).toMatchObject([{ epoch: 2 }]);
  });

  test("is told at once to who comes later", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    net.hear("5", "2", followerInfo(0));
    net.hear("5", "3", followerInfo(0));
    net.hear("5", "6", followerInfo(0));
    for (const peer of ["3", "6"]) {
      expect(net.member("5").sentTo(peer, "leaderInfo")).toMatchObject([{ epoch: 1 }]);
    }
  });
});

describe("promises", () => {
  test("of a quorum are waited for before anybody is synchronized", () => {
    const net = elected();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(0));
    net.hear("5", "1", ackEpoch(0));
    expect(net.member("5").sentTo("1", "diff")).toEqual([]);
    net.hear("5", "2", ackEpoch(0));
    for (const peer of ["1", "2"]) expect(net.member("5").sentTo(peer, "diff")).toHaveLength(1);
  });

  test.each([
    ["an observer", "6", ackEpoch(0)],
    ["who had promised the epoch before, perhaps to another", "3", ackEpoch(null)],
  ])("%s does not count", (_who, from, said) => {
    const net = elected();
    for (const peer of ["1", "2", from]) net.hear("5", peer, followerInfo(0));
    net.hear("5", "1", ackEpoch(0));
    net.hear("5", from, said);
    expect(net.member("5").sentTo("1", "diff")).toEqual([]);
    net.hear("5", "2", ackEpoch(0));
    // It is synchronized like all others.
    for (const peer of ["1", "2", from]) {
      expect(net.member("5").sentTo(peer, "diff")).toHaveLength(1);
    }
  });

  test("of the leader itself count when they are on its disk, not when something else is", () => {
    const net = electedLeader({ size: 5 });
    establish(net, "5", "1", "2");
    net.member("5").diskStalled = true;
    net.propose("5", "x");
    net.hear("5", "3", followerInfo(50)); // it promised more than this epoch: another must begin
    expect(net.role("5")).toBe("LOOKING");
    agree(net, "5", "1", "2");
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(1));
    for (const peer of ["1", "2"]) net.hear("5", peer, ackEpoch(0));
    net.member("5").releaseDisk(1);
    expect(net.member("5").disk.commands).toEqual(["x"]);
    expect(net.zab("5").view().details["zabState"]).toBe("DISCOVERY");
    net.member("5").releaseDisk(1);
    expect(net.member("5").disk.epochs.accepted).toBe(2);
    expect(net.zab("5").view().details["zabState"]).toBe("SYNCHRONIZATION");
  });

  test("of an older session do not count", () => {
    const net = elected();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(0));
    net.hear("5", "2", followerInfo(0, SESSION + 1));
    net.hear("5", "1", ackEpoch(0));
    net.hear("5", "2", ackEpoch(0));
    expect(net.member("5").sentTo("1", "diff")).toEqual([]);
  });

  test("of who did not introduce itself do not count", () => {
    const net = elected();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(0));
    net.hear("5", "1", ackEpoch(0));
    net.hear("5", "4", ackEpoch(0));
    expect(net.member("5").sentTo("1", "diff")).toEqual([]);
  });
});

describe("a follower that knows more", () => {
  const withTwo = (): ReturnType<typeof electedLeader> => {
    const disk = diskWith({ accepted: 3, current: 3 }, 3, "x", "y");
    const net = electedLeader({ size: 5, observers: 1, disks: { "5": disk } });
    for (const peer of ["1", "2", "6"]) net.hear("5", peer, followerInfo(3));
    expect(net.member("5").sentTo("1", "leaderInfo")).toHaveLength(1);
    return net;
  };

  test.each([
    ["more entries of the epoch", ackEpoch(3, 3, 3, 3)],
    ["a newer epoch, though fewer entries", ackEpoch(4, 3)],
  ])("makes the leader give up: %s", (_what, said) => {
    const net = withTwo();
    net.hear("5", "1", said);
    expect(net.role("5")).toBe("LOOKING");
    expect(newest(net, "5", "1")).toMatchObject({ state: "LOOKING", round: 2 });
  });

  test.each([
    ["as much", ackEpoch(3, 3, 3)],
    ["less", ackEpoch(3, 3)],
    ["more entries, but an older epoch: they were never committed", ackEpoch(2, 2, 2, 2, 2)],
  ])("does not when it has %s", (_what, said) => {
    const net = withTwo();
    net.hear("5", "1", said);
    net.hear("5", "2", ackEpoch(0));
    expect(net.role("5")).toBe("LEADING");
    expect(net.member("5").sentTo("2", "diff")).toHaveLength(1);
  });

  test("does not when it is an observer", () => {
    const net = withTwo();
    net.hear("5", "6", ackEpoch(4, 3, 3, 3, 3));
    expect(net.role("5")).toBe("LEADING");
  });

  test("does not once a quorum has promised: it is told to drop them", () => {
    const net = withTwo();
    net.hear("5", "1", ackEpoch(3, 3, 3));
    net.hear("5", "2", ackEpoch(3, 3, 3));
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3, 3, 3));
    expect(net.role("5")).toBe("LEADING");
    expect(net.member("5").sentTo("3", "trunc")).toMatchObject([
      { through: { term: 3, index: 2 }, diff: false },
    ]);
  });
});

describe("the leader does not wait for ever", () => {
  /** How long the leader goes on when nobody says anything more, though pings are answered. */
  function givesUpAfter(net: ReturnType<typeof electedLeader>): number {
    const begin = net.now;
    while (net.role("5") === "LEADING" && net.now < begin + 10_000) net.tick(50);
    return net.now - begin;
  }

  test("for introductions", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    const waited = givesUpAfter(net);
    expect(waited).toBeGreaterThan(TIMES.initMillis - 100);
    expect(waited).toBeLessThanOrEqual(TIMES.initMillis + 100);
    expect(newest(net, "5", "1").state).toBe("LOOKING");
  });

  test("for promises", () => {
    const net = elected();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(0));
    net.hear("5", "1", ackEpoch(0));
    expect(givesUpAfter(net)).toBeLessThanOrEqual(TIMES.initMillis + 100);
  });

  test("for the epoch to be taken up", () => {
    const net = elected();
    promise(net, "5", ["1", "2"]);
    expect(givesUpAfter(net)).toBeLessThanOrEqual(TIMES.initMillis + 100);
  });

  test("and hangs up on those who have introduced themselves", () => {
    const net = elected();
    net.hear("5", "1", followerInfo(0));
    givesUpAfter(net);
    expect(net.member("5").sentTo("1", "hangUp")).toEqual([{ kind: "hangUp", session: SESSION }]);
  });
});

test("who introduces itself before the leader knows of its election is heard when it does so again", () => {
  const net = new TestNetwork({ size: 3, real: ["3"] });
  net.hear("3", "1", followerInfo(0));
  expect(net.role("3")).toBe("LOOKING");
  agree(net, "3", "1");
  net.hear("3", "1", followerInfo(0));
  expect(net.member("3").sentTo("1", "leaderInfo")).toHaveLength(1);
});

test("a leader that is asked who leads while it waits says that it does", () => {
  const net = elected();
  net.hear("5", "4", notification(voteFor("4")));
  expect(newest(net, "5", "4")).toMatchObject({ state: "LEADING", vote: { leader: "5" } });
});
