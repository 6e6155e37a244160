import { describe, expect, test } from "vitest";
import { newest, notification, voteFor } from "./election/played.ts";
import { TestNetwork, TIMES } from "./network.ts";
import { electedLeader, establish, SESSION } from "./played.ts";

/** Leader 3 of three serves epoch 1 to 1 and 2, which the test plays. */
function serving(): TestNetwork {
  const net = electedLeader({ size: 3 });
  establish(net, "3", "1", "2");
  return net;
}

const pong = { kind: "pong", session: SESSION, round: 0, through: 0 } as const;

describe("a leader gives up", () => {
  test("when it hears no quorum for syncLimit", () => {
    const net = serving();
    const begin = net.now;
    while (net.role("3") === "LEADING" && net.now < begin + 5000) net.tick(50);
    expect(net.now - begin).toBeGreaterThan(TIMES.syncMillis - 100);
    // Seen at the latest with the ping after it.
    expect(net.now - begin).toBeLessThanOrEqual(TIMES.syncMillis + 2 * TIMES.pingMillis);
    expect(net.zab("3").view()).toMatchObject({ isLeader: false, leader: null });
  });

  test("not while one of two others is heard", () => {
    const net = serving();
    for (let i = 0; i < 50; i++) {
      net.tick(100);
      net.hear("3", "1", pong);
    }
    expect(net.role("3")).toBe("LEADING");
  });

  test("and drops who is silent for that long", () => {
    const net = serving();
    for (let i = 0; i < 15; i++) {
      net.tick(100);
      net.hear("3", "1", pong);
    }
    expect(net.member("3").sentTo("2", "hangUp")).toHaveLength(1);
    expect(net.member("3").sentTo("1", "hangUp")).toEqual([]);
  });

  test("at once when a quorum has hung up", () => {
    const net = serving();
    for (const peer of ["1", "2"]) net.hear("3", peer, { kind: "hangUp", session: SESSION });
    net.tick(50);
    expect(net.role("3")).toBe("LOOKING");
  });

  test("when every link to a quorum breaks, before syncLimit or with it", () => {
    const net = serving();
    net.disconnect("3", "1");
    net.disconnect("3", "2");
    for (let i = 0; i < 24; i++) net.tick(50);
    expect(net.role("3")).toBe("LOOKING");
  });

  test("when it was stopped for long, before it believes what waited", () => {
    const net = serving();
    net.propose("3", "a");
    net.member("3").stopped = true;
    net.hear("3", "1", { kind: "ack", session: SESSION, epoch: 1, through: 1 });
    net.hear("3", "1", pong);
    net.now += 5000;
    net.member("3").resume();
    expect(net.role("3")).toBe("LOOKING");
    expect(net.member("3").applied).toEqual([]);
  });

  test("not when it was stopped for a moment", () => {
    const net = serving();
    net.member("3").stopped = true;
    net.now += TIMES.syncMillis / 2;
    net.member("3").resume();
    net.tick(0);
    expect(net.role("3")).toBe("LEADING");
  });

  test("when its disk stalls, and does not stand again before the disk answers", () => {
    const net = serving();
    net.step("3", { kind: "storageStalled" });
    expect(net.role("3")).toBe("LOOKING");
    expect(newest(net, "3", "1").vote?.leader).not.toBe("3");
    net.step("3", { kind: "storageAvailable" });
    for (let i = 0; i < 20; i++) net.tick(200);
    expect(newest(net, "3", "1").vote).toEqual(voteFor("3", 1));
  });

  test.each(["storageStalled", "storageFull"] as const)(
    "and one that is looking stands down at once: %s",
    (kind) => {
      const net = new TestNetwork({ size: 3, real: ["3"] });
      net.hear("3", "1", notification(voteFor("3")));
      net.step("3", { kind });
      expect(newest(net, "3", "1").vote).toBeNull();
      net.hear("3", "1", notification(voteFor("3"), 2));
      net.tick(250);
      expect(net.role("3")).toBe("LOOKING");
      net.hear("3", "2", notification(voteFor("2"), 2));
      net.hear("3", "1", notification(voteFor("2"), 2));
      net.tick(250);
      expect(net.role("3")).toBe("FOLLOWING"); // it votes for others
    },
  );

  test("and is told of its disk again without beginning again", () => {
    const net = serving();
    net.step("3", { kind: "storageStalled" });
    const { round } = newest(net, "3", "1");
    net.step("3", { kind: "storageStalled" });
    expect(newest(net, "3", "1").round).toBe(round);
  });

  test("and hangs up on its learners, so that they need not wait", () => {
    const net = serving();
    net.step("3", { kind: "storageStalled" });
    for (const peer of ["1", "2"]) {
      expect(net.member("3").sentTo(peer, "hangUp")).toEqual([
        { kind: "hangUp", session: SESSION },
      ]);
    }
  });

  test("and says that it leads no more", () => {
    const net = serving();
    net.step("3", { kind: "storageStalled" });
    expect(net.member("3").all("leadershipChanged").at(-1)).toMatchObject({
      leader: null,
      ready: false,
    });
  });
});

describe("real members", () => {
  test("elect another when the leader's disk stalls", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.member("3").diskStalled = true;
    net.step("3", { kind: "storageStalled" });
    net.run(3000);
    expect(net.leader()).toBe("2");
  });

  test("go on without a leader that is cut off, and it comes back as a follower", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.propose("3", "a");
    net.run(100);
    net.isolate("3");
    net.propose("3", "lost");
    net.run(3000);
    expect(net.leader()).toBe("2");
    net.propose("1", "b");
    net.run(100);
    net.heal();
    net.run(3000);
    expect(net.leader()).toBe("2");
    for (const id of net.ids) expect(net.member(id).applied).toEqual(["a", "b"]);
    expect(net.member("3").disk.commands).toEqual(["a", "b"]); // what it alone had is gone
  });

  test("what a quorum has survives the leader; the next commits it", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.propose("3", "a");
    net.deliver(({ message, to }) => message.kind === "proposal" && to === "2");
    net.letters = [];
    expect(net.member("2").disk.commands).toEqual(["a"]);
    expect(net.member("2").applied).toEqual([]);
    net.crash("3");
    net.run(3000);
    expect(net.leader()).toBe("2");
    for (const id of ["1", "2"]) expect(net.member(id).applied).toEqual(["a"]);
  });

  test("all restart at once, and nothing is lost or applied twice", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    for (let i = 0; i < 5; i++) net.propose("2", `x${i}`);
    net.run(200);
    const disks = net.ids.map((id) => net.member(id).disk);
    for (const id of net.ids) net.crash(id);
    for (const [i, disk] of disks.entries()) net.start(String(i + 1), disk);
    net.run(3000);
    net.propose("1", "y");
    net.run(200);
    for (const id of net.ids) {
      expect(net.member(id).applied).toEqual(["x0", "x1", "x2", "x3", "x4", "y"]);
    }
    expect(net.zab(net.leader()).view().term).toBe(2);
  });

  test("a follower that was stopped for long comes back without disturbing the others", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.member("1").stopped = true;
    net.propose("3", "a");
    net.run(5000);
    net.member("1").resume();
    net.run(3000);
    expect(net.leader()).toBe("3");
    expect(net.zab("3").view().term).toBe(1);
    expect(net.member("1").applied).toEqual(["a"]);
  });

  test("write nothing and lose nothing while every disk is full, and go on when there is room", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.propose("3", "a");
    net.run(100);
    for (const id of net.ids) net.step(id, { kind: "storageFull" });
    const id = net.propose("3", "b");
    net.run(3000);
    expect(net.member("3").all("proposalRejected")).toEqual([
      { kind: "proposalRejected", id, reason: "ERR_NO_LEADER" },
    ]);
    expect(net.ids.map((member) => net.role(member))).toEqual(["LOOKING", "LOOKING", "LOOKING"]);
    for (const member of net.ids) net.step(member, { kind: "storageAvailable" });
    net.run(5000);
    net.propose(net.leader(), "c");
    net.run(200);
    expect(net.member("1").applied).toEqual(["a", "c"]);
  });

  test("elect another when the leader's disk is full", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.step("3", { kind: "storageFull" });
    net.run(3000);
    expect(net.leader()).toBe("2");
    net.propose("2", "a");
    net.run(200);
    expect(net.member("1").applied).toEqual(["a"]);
  });
});
