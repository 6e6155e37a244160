import { expect, test } from "vitest";
import { TestNetwork } from "./network.ts";

function elected(size = 3): TestNetwork {
  const net = new TestNetwork(size);
  net.campaign("a");
  net.deliver();
  return net;
}

test("a read waits for a quorum that was asked after it", () => {
  const net = elected();
  net.step("a", { kind: "readBarrier", id: 1 });
  expect(net.member("a").all("readReady")).toEqual([]);
  net.deliver();
  const { commit } = net.raft("a").view();
  expect(net.member("a").all("readReady")).toEqual([{ kind: "readReady", id: 1, index: commit }]);
});

test("answers to older heartbeats confirm nothing", () => {
  const net = elected();
  net.now += 100;
  net.step("a", { kind: "tick" }); // a heartbeat of the round before
  const old = [...net.letters];
  net.letters = [];
  net.step("a", { kind: "readBarrier", id: 1 });
  net.letters = old;
  net.deliver();
  expect(net.member("a").all("readReady")).toEqual([]);
});

test("a follower's read goes through the leader", () => {
  const net = elected();
  net.propose("a", "x");
  net.deliver();
  net.step("b", { kind: "readBarrier", id: 7 });
  net.deliver();
  const { commit } = net.raft("a").view();
  expect(net.member("b").all("readReady")).toEqual([{ kind: "readReady", id: 7, index: commit }]);
});

test("a deposed leader confirms no read", () => {
  const net = elected();
  net.isolate("a");
  net.step("a", { kind: "readBarrier", id: 1 });
  net.deliver();
  net.campaign("b");
  net.deliver();
  net.propose("b", "new");
  net.deliver();
  net.heal();
  net.run(3000);
  expect(net.member("a").all("readReady")).toEqual([]);
  expect(net.member("a").all("readFailed")).toEqual([{ kind: "readFailed", id: 1 }]);
});

test("a new leader serves no read before it has committed an entry of its own term", () => {
  const net = new TestNetwork(3);
  net.campaign("a");
  net.deliver((letter) => letter.message.kind.startsWith("vote"));
  expect(net.raft("a").view()).toMatchObject({ isLeader: true, ready: false });
  net.step("a", { kind: "readBarrier", id: 1 });
  net.deliver((letter) => letter.message.kind.startsWith("heartbeat"));
  expect(net.member("a").all("readReady")).toEqual([]);
  net.deliver();
  expect(net.member("a").all("readReady").length).toBe(1);
});

test("reads of one turn share one round", () => {
  const net = elected();
  const { raft } = net.member("a");
  const at = { monotonic: net.now, wall: 0 };
  for (let id = 1; id <= 10; id++) raft.step({ kind: "readBarrier", id }, at);
  net.step("a", { kind: "readBarrier", id: 11 });
  expect(net.letters.filter((letter) => letter.message.kind === "heartbeat").length).toBe(2);
  net.deliver();
  expect(net.member("a").all("readReady").length).toBe(11);
});

// Barriers are numbered anew in every process life.
test("a follower that started again does not take an answer that was meant for its earlier life", () => {
  const net = elected();
  net.step("b", { kind: "readBarrier", id: 1 });
  net.deliver((letter) => letter.message.kind !== "readReply");
  const [late] = net.letters.filter((letter) => letter.message.kind === "readReply");
  net.restart("b");
  net.propose("a", "written meanwhile");
  net.deliver();
  net.run(200);
  net.step("b", { kind: "readBarrier", id: 1 });
  const sent = net.letters.find((letter) => letter.message.kind === "readRequest")?.message;
  expect(sent).toMatchObject({ kind: "readRequest", id: 1 });
  expect(late?.message).toMatchObject({ kind: "readReply", id: 1, index: 1 });
  if (late !== undefined) net.step("b", { kind: "receive", from: "a", message: late.message });
  expect(net.member("b").all("readReady")).toEqual([]);
  net.deliver();
  expect(net.member("b").all("readReady")).toEqual([{ kind: "readReady", id: 1, index: 2 }]);
});
