import { describe, expect, test } from "vitest";
import type { LeaderInfo } from "../../src/messages.ts";
import { newest, notification, voteFor } from "../election/played.ts";
import { TestNetwork, TIMES } from "../network.ts";
import { followingTwo } from "../played.ts";
import { diskWith, runOf } from "../test-member.ts";

const leaderInfo = (session: number, epoch: number): LeaderInfo => {
  return { kind: "leaderInfo", session, epoch };
};

describe("a learner introduces itself", () => {
  test("with the epoch that it promised last", () => {
    const disk = diskWith({ accepted: 6, current: 4 }, 4, "x");
    const { two } = followingTwo({ disks: { "2": disk } });
    expect(two.sentTo("3", "followerInfo")).toMatchObject([{ acceptedEpoch: 6 }]);
  });

  test("again until it is answered, in the same session", () => {
    const { net, two, session } = followingTwo();
    for (let i = 0; i < 15; i++) net.tick(100);
    const said = two.sentTo("3", "followerInfo");
    expect(said.length).toBeGreaterThan(1);
    expect(new Set(said.map((info) => info.session))).toEqual(new Set([session]));
    net.hear("2", "3", leaderInfo(session, 1));
    const before = two.sentTo("3", "followerInfo").length;
    for (let i = 0; i < 5; i++) net.tick(100);
    expect(two.sentTo("3", "followerInfo")).toHaveLength(before);
  });

  test("not for ever", () => {
    const { net } = followingTwo();
    const begin = net.now;
    while (net.role("2") === "FOLLOWING" && net.now < begin + 10_000) net.tick(50);
    expect(net.now - begin).toBeLessThanOrEqual(TIMES.initMillis + 100);
    expect(newest(net, "2", "3")).toMatchObject({ state: "LOOKING", round: 2 });
  });

  test("to the next leader in a session of its own", () => {
    const { net, two, session } = followingTwo();
    net.disconnect("2", "3");
    expect(net.role("2")).toBe("LOOKING");
    net.hear("2", "1", notification(voteFor("1", 99), 2, "LEADING"));
    net.hear("2", "3", notification(voteFor("1", 99), 2, "FOLLOWING"));
    const [info] = two.sentTo("1", "followerInfo");
    expect(info?.session).toBeGreaterThan(session);
  });

  test("in another session after a restart: what waits for the old one is not for it", () => {
    const { net, two, session } = followingTwo();
    net.restart("2");
    expect(net.member("2")).not.toBe(two);
    net.hear("2", "1", notification(voteFor("3", 99), 1, "FOLLOWING"));
    net.hear("2", "3", notification(voteFor("3", 99), 1, "LEADING"));
    expect(net.member("2").sentTo("3", "followerInfo")[0]?.session).not.toBe(session);
  });
});

describe("a learner that hears of an epoch", () => {
  test("newer than what it promised: promises it, and says what it has", () => {
    const disk = diskWith({ accepted: 4, current: 3 }, 3, "x", "y");
    const { net, two, session } = followingTwo({ disks: { "2": disk } });
    net.hear("2", "3", leaderInfo(session, 5));
    expect(two.disk.epochs).toEqual({ accepted: 5, current: 3 });
    expect(two.sentTo("3", "ackEpoch")).toEqual([
      {
        kind: "ackEpoch",
        session,
        currentEpoch: 3,
        history: {
          base: { term: 0, index: 0 },
          epochs: [{ term: 3, from: 1 }],
          last: { term: 3, index: 2 },
        },
      },
    ]);
  });

  test("promises nothing that is not on its disk", () => {
    const { net, two, session } = followingTwo();
    two.diskStalled = true;
    net.hear("2", "3", leaderInfo(session, 5));
    expect(two.sentTo("3", "ackEpoch")).toEqual([]);
    two.releaseDisk();
    expect(two.sentTo("3", "ackEpoch")).toHaveLength(1);
  });

  test("says that it has only what is on its disk", () => {
    const disk = diskWith({ accepted: 5, current: 3 }, 3, "x");
    const { net, two, session } = followingTwo({ disks: { "2": disk } });
    net.hear("2", "3", leaderInfo(session, 5));
    net.hear("2", "3", { kind: "diff", session, why: "" });
    two.diskStalled = true;
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(3, 2, "y") });
    net.disconnect("2", "3");
    net.connect("2", "3");
    net.hear("2", "1", notification(voteFor("3", 99), 2, "FOLLOWING"));
    net.hear("2", "3", notification(voteFor("3", 99), 2, "LEADING"));
    net.hear("2", "3", leaderInfo(session + 1, 5));
    expect(two.sentTo("3", "ackEpoch")).toHaveLength(1);
    two.releaseDisk();
    expect(two.sentTo("3", "ackEpoch").at(-1)).toMatchObject({
      session: session + 1,
      history: { last: { term: 3, index: 2 } },
    });
  });

  test("that it has promised before: says so, not to be counted", () => {
    const disk = diskWith({ accepted: 5, current: 3 }, 3, "x");
    const { net, two, session } = followingTwo({ disks: { "2": disk } });
    net.hear("2", "3", leaderInfo(session, 5));
    expect(two.sentTo("3", "ackEpoch")).toMatchObject([{ currentEpoch: null }]);
    expect(two.all("persist")).toEqual([]);
  });

  test("older than what it promised: looks for another leader", () => {
    const disk = diskWith({ accepted: 5, current: 3 }, 3, "x");
    const { net, two, session } = followingTwo({ disks: { "2": disk } });
    net.hear("2", "3", leaderInfo(session, 4));
    expect(net.role("2")).toBe("LOOKING");
    expect(two.sentTo("3", "ackEpoch")).toEqual([]);
    expect(two.sentTo("3", "hangUp")).toEqual([{ kind: "hangUp", session }]);
    expect(two.disk.epochs).toEqual({ accepted: 5, current: 3 });
  });

  test("in another session, or from who is not its leader: does not hear it", () => {
    const { net, two, session } = followingTwo();
    net.hear("2", "3", leaderInfo(session - 1, 5));
    net.hear("2", "3", leaderInfo(session + 1, 5));
    net.hear("2", "1", leaderInfo(session, 5));
    expect(two.disk.epochs.accepted).toBe(0);
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("and then nothing more: looks again", () => {
    const { net, session } = followingTwo();
    net.hear("2", "3", leaderInfo(session, 5));
    const begin = net.now;
    while (net.role("2") === "FOLLOWING" && net.now < begin + 10_000) net.tick(50);
    expect(net.now - begin).toBeLessThanOrEqual(TIMES.initMillis + 100);
  });
});

describe("a learner leaves its leader", () => {
  test("when that hangs up", () => {
    const { net, session } = followingTwo();
    net.hear("2", "3", { kind: "hangUp", session });
    expect(net.role("2")).toBe("LOOKING");
  });

  test("but not for a word of an older session, or of somebody else", () => {
    const { net, session } = followingTwo();
    net.hear("2", "3", { kind: "hangUp", session: session - 1 });
    net.hear("2", "1", { kind: "hangUp", session });
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("when the link breaks, and not when another does", () => {
    const { net } = followingTwo();
    net.disconnect("2", "1");
    expect(net.role("2")).toBe("FOLLOWING");
    net.disconnect("2", "3");
    expect(net.role("2")).toBe("LOOKING");
  });
});

test("an observer promises as a follower does", () => {
  const net = new TestNetwork({ size: 3, observers: 1, real: ["4"] });
  net.hear("4", "1", notification(voteFor("3"), 5, "FOLLOWING"));
  net.hear("4", "3", notification(voteFor("3"), 5, "LEADING"));
  const four = net.member("4");
  const [info] = four.sentTo("3", "followerInfo");
  net.hear("4", "3", leaderInfo(info?.session ?? -1, 2));
  expect(four.disk.epochs).toEqual({ accepted: 2, current: 0 });
  expect(four.sentTo("3", "ackEpoch")).toMatchObject([{ currentEpoch: 0 }]);
});
