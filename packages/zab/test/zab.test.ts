import { majorityOf, Prng, type Recovered } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { encodeEpochs } from "../src/epochs.ts";
import { Zab } from "../src/index.ts";
import { TestNetwork, TIMES } from "./network.ts";
import { followerInfo, followingTwo } from "./played.ts";
import { diskWith, runOf } from "./test-member.ts";

describe("a start", () => {
  const start = (recovered: Partial<Recovered>): Zab =>
    new Zab({
      self: "1",
      configuration: majorityOf(["1", "2", "3"].map((id) => ({ id, addresses: [] }))),
      recovered: { hardState: null, snapshot: null, tail: [], ...recovered },
      prng: new Prng(1),
      times: TIMES,
    });

  test("with entries of an epoch that was never promised is refused", () => {
    const hardState = encodeEpochs({ accepted: 4, current: 4 });
    expect(() => start({ hardState, tail: runOf(5, 1, "a").entries })).toThrow(
      expect.objectContaining({ code: "ERR_INVARIANT" }),
    );
  });

  // ZOOKEEPER-1653: a crash between the two files' writes must not keep a member from starting.
  test("with entries of an epoch that was promised and not taken up is fine", () => {
    const hardState = encodeEpochs({ accepted: 5, current: 4 });
    expect(() => start({ hardState, tail: runOf(5, 1, "a").entries })).not.toThrow();
  });

  test("says what is on the disk, and believes none of it committed", () => {
    const hardState = encodeEpochs({ accepted: 5, current: 4 });
    const zab = start({ hardState, tail: runOf(4, 1, "a", "b").entries });
    expect(zab.view()).toMatchObject({
      role: "LOOKING",
      isLeader: false,
      leader: null,
      term: 5,
      ready: false,
      commit: 0,
      applied: 0,
      first: 1,
      last: 2,
    });
    expect(zab.view().details).toMatchObject({ acceptedEpoch: 5, currentEpoch: 4 });
  });
});

describe("what a member sees", () => {
  test("is what ZooKeeper's administrators know: state, epochs, how it was synchronized", () => {
    const net = new TestNetwork({ size: 3, observers: 1 });
    expect(net.zab("1").view().details).toMatchObject({ zabState: "ELECTION" });
    net.run(2000);
    for (const [id, role] of [
      ["1", "FOLLOWING"],
      ["3", "LEADING"],
      ["4", "OBSERVING"],
    ]) {
      expect(net.zab(id ?? "").view()).toMatchObject({
        role,
        leader: "3",
        term: 1,
        isLeader: id === "3",
        ready: id === "3",
        details: { zabState: "BROADCAST", acceptedEpoch: 1, currentEpoch: 1 },
      });
    }
    expect(net.zab("1").view().details).toMatchObject({
      syncMode: "DIFF",
      syncWhy: "it has everything",
    });
  });

  test("of the phases in between, as they come", () => {
    const { net, two, session } = followingTwo();
    const states: unknown[] = [];
    const note = (): void => void states.push(net.zab("2").view().details["zabState"]);
    note();
    net.hear("2", "3", { kind: "leaderInfo", session, epoch: 1 });
    note();
    net.hear("2", "3", { kind: "snap", session, why: "", index: 3 });
    note();
    const { configuration } = net;
    net.receiveSnapshot("2", "3", {
      meta: { position: { term: 0, index: 3 }, configuration },
      state: [],
    });
    note();
    net.hear("2", "3", { kind: "newLeader", session, epoch: 1 });
    net.hear("2", "3", { kind: "upToDate", session, commit: 3 });
    note();
    expect(states).toEqual([
      "DISCOVERY",
      "DISCOVERY",
      "SYNCHRONIZATION",
      "SYNCHRONIZATION",
      "BROADCAST",
    ]);
    expect(two.sentTo("3", "ackNewLeader")).toHaveLength(1);
  });

  test("a leader sees how far the others are", () => {
    const net = new TestNetwork({ size: 3, observers: 1 });
    net.run(2000);
    net.propose("3", "a");
    net.run(200);
    const { progress } = net.zab("3").view();
    expect(progress.get("1")).toEqual({ match: 1, state: "replicate", active: true });
    expect(progress.get("2")).toEqual({ match: 1, state: "replicate", active: true });
    expect(net.zab("1").view().progress.size).toBe(0);
  });
});

describe("changes of leadership are told", () => {
  test("once each, by leader and followers", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.crash("3");
    net.run(3000);
    const told = net.member("2").all("leadershipChanged");
    const leaders = told.map(({ term, leader, ready }) => `${term} ${leader} ${ready}`);
    expect(leaders.filter((words) => !words.includes("null"))).toEqual(["1 3 false", "2 2 true"]);
    for (const [i, words] of leaders.entries()) expect(words).not.toBe(leaders[i - 1]);
  });

  test("with the place behind which earlier epochs add nothing more", () => {
    const net = new TestNetwork({ size: 3 });
    net.run(2000);
    net.propose("3", "a");
    net.run(200);
    net.crash("3");
    net.run(3000);
    for (const id of ["1", "2"]) {
      expect(net.member(id).all("termSettled").at(-1)).toEqual({
        kind: "termSettled",
        position: { term: 2, index: 1 },
      });
    }
  });
});

test("time that jumps to a follower is not its leader's silence: what was said waits", () => {
  const net = new TestNetwork({ size: 3 });
  net.run(2000);
  net.member("1").stopped = true;
  for (let i = 0; i < 15; i++) {
    net.now += 50;
    for (const id of ["2", "3"]) net.step(id, { kind: "tick" });
    net.deliver();
  }
  net.now += 5000; // everybody else stops with it
  net.member("1").resume();
  net.step("1", { kind: "tick" });
  expect(net.role("1")).toBe("FOLLOWING");
});

test("an observer that promised a later epoch follows an earlier one: its promise binds nobody", () => {
  const disk = diskWith({ accepted: 40, current: 0 }, 0);
  const net = new TestNetwork({ size: 3, observers: 1, disks: { "4": disk } });
  net.run(3000);
  expect(net.zab("3").view().term).toBe(1);
  expect(net.role("4")).toBe("OBSERVING");
  net.propose("3", "a");
  net.run(200);
  expect(net.member("4").applied).toEqual(["a"]);
});

test("a voter that promised a later epoch than there is makes the others elect again, once", () => {
  const net = new TestNetwork({ size: 3, real: [] });
  for (const id of ["2", "3"]) net.start(id, diskWith({ accepted: 0, current: 0 }, 0));
  net.run(2000);
  net.start("1", diskWith({ accepted: 7, current: 0 }, 0));
  net.run(4000);
  expect(net.zab(net.leader()).view().term).toBe(8);
  for (const id of net.ids) expect(net.zab(id).view().leader).toBe(net.leader());
});

test("a stranger is not led", () => {
  const net = new TestNetwork({ size: 1 });
  net.run(100);
  net.hear("1", "9", followerInfo(0));
  expect(net.member("1").sent).toEqual([]);
});

// ZooKeeper has no such thing either.
test.each(["1", "3"])("leadership is handed to nobody, by member %s", (member) => {
  const net = new TestNetwork({ size: 3 });
  net.run(2000);
  net.step(member, { kind: "transfer", id: 7, target: "3" });
  const failed = net.member(member).all("transferFailed");
  expect(failed).toMatchObject([{ id: 7, reason: "ERR_UNSUPPORTED" }]);
  expect(net.zab("3").view()).toMatchObject({ isLeader: true });
});
