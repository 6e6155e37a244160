import { describe, expect, test } from "vitest";
import { TestNetwork } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, SESSION } from "../played.ts";

/** Leader 3 of three serves epoch 1 to 1 and 2, which the test plays, as observer 4. */
function serving(): TestNetwork {
  const net = electedLeader({ size: 3, observers: 1 });
  establish(net, "3", "1", "2");
  net.hear("3", "4", followerInfo(0));
  net.hear("3", "4", ackEpoch(0));
  net.hear("3", "4", { kind: "ackNewLeader", session: SESSION, epoch: 1, through: 0 });
  return net;
}

function commit(net: TestNetwork, text: string): void {
  net.propose("3", text);
  const through = net.zab("3").view().last;
  net.hear("3", "1", { kind: "ack", session: SESSION, epoch: 1, through });
}

function lastRound(net: TestNetwork, to: string): number {
  return net.member("3").sentTo(to, "ping").at(-1)?.round ?? 0;
}

function pong(net: TestNetwork, from: string, round: number, session: number = SESSION): void {
  net.hear("3", from, { kind: "pong", session, round, through: 0 });
}

const ready = (net: TestNetwork): unknown[] => net.member("3").all("readReady");

describe("a barrier at the leader", () => {
  test("waits for a quorum that was asked after it", () => {
    const net = serving();
    commit(net, "a");
    const before = lastRound(net, "1");
    net.step("3", { kind: "readBarrier", id: 1 });
    const round = lastRound(net, "1");
    expect(round).toBeGreaterThan(before);
    expect(ready(net)).toEqual([]);
    pong(net, "1", round);
    expect(ready(net)).toEqual([{ kind: "readReady", id: 1, index: 1 }]);
  });

  test("is not confirmed by answers to earlier pings", () => {
    const net = serving();
    net.tick(100);
    const old = lastRound(net, "1");
    net.step("3", { kind: "readBarrier", id: 1 });
    pong(net, "1", old);
    pong(net, "2", old);
    expect(ready(net)).toEqual([]);
  });

  test("is not confirmed by an observer, a stranger, or a session that is over", () => {
    const net = serving();
    net.step("3", { kind: "readBarrier", id: 1 });
    const round = lastRound(net, "1");
    pong(net, "4", round);
    pong(net, "9", round);
    pong(net, "1", round, SESSION - 1);
    expect(ready(net)).toEqual([]);
    pong(net, "2", round);
    expect(ready(net)).toHaveLength(1);
  });

  test("is not confirmed by who has not taken up the epoch", () => {
    const net = electedLeader({ size: 5 });
    establish(net, "5", "1", "2");
    net.hear("5", "3", followerInfo(0));
    net.step("5", { kind: "readBarrier", id: 1 });
    const round = net.member("5").sentTo("1", "ping").at(-1)?.round ?? -1;
    net.hear("5", "3", { kind: "pong", session: SESSION, round, through: 0 });
    net.hear("5", "1", { kind: "pong", session: SESSION, round, through: 0 });
    expect(net.member("5").all("readReady")).toEqual([]);
    net.hear("5", "2", { kind: "pong", session: SESSION, round, through: 0 });
    expect(net.member("5").all("readReady")).toHaveLength(1);
  });

  test("reads what was committed when it came, whatever is committed while it waits", () => {
    const net = serving();
    net.step("3", { kind: "readBarrier", id: 1 });
    const round = lastRound(net, "1");
    commit(net, "a");
    pong(net, "2", round);
    expect(ready(net)).toEqual([{ kind: "readReady", id: 1, index: 0 }]);
  });

  test("shares its round with others of the same turn", () => {
    const net = serving();
    const pings = net.member("3").sentTo("1", "ping").length;
    const barriers = [1, 2, 3].map((id) => ({ kind: "readBarrier", id }) as const);
    net.member("3").step(...barriers);
    expect(net.member("3").sentTo("1", "ping")).toHaveLength(pings + 1);
    pong(net, "1", lastRound(net, "1"));
    expect(ready(net)).toHaveLength(3);
  });

  test("does not wait when there is nobody to ask", () => {
    const net = new TestNetwork({ size: 1 });
    net.run(100);
    net.propose("1", "a");
    net.step("1", { kind: "readBarrier", id: 1 });
    expect(net.member("1").all("readReady")).toEqual([{ kind: "readReady", id: 1, index: 1 }]);
  });

  test("fails when leadership is lost", () => {
    const net = serving();
    net.step("3", { kind: "readBarrier", id: 1 });
    net.disconnect("3", "1");
    net.disconnect("3", "2");
    for (let i = 0; i < 30; i++) net.tick(50);
    expect(net.member("3").all("readFailed")).toEqual([{ kind: "readFailed", id: 1 }]);
    expect(ready(net)).toEqual([]);
  });
});

describe("SYNC, a learner's barrier", () => {
  const sync = (net: TestNetwork, from: string, id: number, session: number = SESSION): void =>
    net.hear("3", from, { kind: "sync", session, id });

  test("is answered once a quorum has confirmed the leader, who asks it after the SYNC", () => {
    const net = serving();
    commit(net, "a");
    sync(net, "1", 5);
    expect(net.member("3").sentTo("1", "syncReply")).toEqual([]);
    pong(net, "2", lastRound(net, "2"));
    expect(net.member("3").sentTo("1", "syncReply")).toEqual([
      { kind: "syncReply", session: SESSION, id: 5, index: 1 },
    ]);
  });

  test("is answered to an observer too", () => {
    const net = serving();
    sync(net, "4", 5);
    pong(net, "2", lastRound(net, "2"));
    expect(net.member("3").sentTo("4", "syncReply")).toHaveLength(1);
  });

  test("of an older session is not answered", () => {
    const net = serving();
    sync(net, "1", 5, SESSION - 1);
    for (const peer of ["1", "2"]) pong(net, peer, lastRound(net, peer));
    expect(net.member("3").sentTo("1", "syncReply")).toEqual([]);
  });

  test("of a session that ended meanwhile is not answered into the next", () => {
    const net = serving();
    sync(net, "1", 5);
    const round = lastRound(net, "2");
    net.hear("3", "1", followerInfo(1, SESSION + 1));
    pong(net, "2", round);
    expect(net.member("3").sentTo("1", "syncReply")).toEqual([]);
  });

  test("goes to the leader and back between real members", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.propose("1", "a");
    net.run(200);
    net.step("1", { kind: "readBarrier", id: 9 });
    net.run(200);
    expect(net.member("1").all("readReady")).toEqual([{ kind: "readReady", id: 9, index: 1 }]);
  });

  test("fails with its session", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.step("1", { kind: "readBarrier", id: 9 });
    net.disconnect("1", "3");
    expect(net.member("1").all("readFailed")).toEqual([{ kind: "readFailed", id: 9 }]);
    net.heal();
    net.run(2000);
    expect(net.member("1").all("readReady")).toEqual([]);
  });

  test("fails at once where there is no leader", () => {
    const net = new TestNetwork({ size: 3, real: ["1"] });
    net.step("1", { kind: "readBarrier", id: 9 });
    expect(net.member("1").all("readFailed")).toEqual([{ kind: "readFailed", id: 9 }]);
  });
});

test("a leader that was deposed without knowing confirms no read", () => {
  const net = new TestNetwork({ size: 3 });
  net.run(2000);
  expect(net.leader()).toBe("3");
  net.silence("3");
  net.step("3", { kind: "readBarrier", id: 1 });
  net.run(1500);
  net.propose("2", "new");
  net.run(2500);
  expect(net.member("1").applied).toEqual(["new"]);
  expect(net.member("3").all("readReady")).toEqual([]);
  expect(net.member("3").all("readFailed")).toEqual([{ kind: "readFailed", id: 1 }]);
});
