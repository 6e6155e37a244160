import { expect, test } from "vitest";
import { TestNetwork } from "../network.ts";

test("a cluster elects one leader and everybody follows it", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  for (const id of net.ids) {
    const view = net.raft(id).view();
    expect(view.leader).toBe(leader);
    expect(view.isLeader).toBe(id === leader);
  }
});

test("a single member elects itself without waiting", () => {
  const net = new TestNetwork(1);
  expect(net.raft("a").view()).toMatchObject({ isLeader: true, ready: true, term: 1, commit: 1 });
});

test("heartbeats keep a leader in its term", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const { term } = net.raft(net.leader()).view();
  net.run(20_000);
  expect(net.raft("a").view().term).toBe(term);
});

test("a minority elects nobody", () => {
  const net = new TestNetwork(3);
  net.isolate("a");
  net.isolate("b");
  net.run(20_000);
  for (const id of net.ids) expect(net.raft(id).view().isLeader).toBe(false);
});

test("a vote leaves only when it is durable", () => {
  const net = new TestNetwork(3);
  net.member("b").diskStalled = true;
  net.member("c").down = true;
  net.campaign("a");
  net.deliver();
  expect(net.raft("a").view().role).toBe("candidate"); // b's vote is still on its way to the disk
  net.releaseDisk("b");
  net.deliver();
  expect(net.raft("a").view().isLeader).toBe(true);
  expect(net.member("b").disk.hardState).not.toBeNull();
});

test("a restarted member does not vote twice in a term", () => {
  const net = new TestNetwork(3);
  net.member("c").down = true;
  net.campaign("a");
  net.deliver();
  const { term } = net.raft("a").view();
  net.restart("b");
  const last = { term: 99, index: 99 };
  const ask = { kind: "voteRequest", term, poll: "election", last } as const;
  net.step("b", { kind: "receive", from: "c", message: ask });
  const reply = net.letters.find((letter) => letter.to === "c")?.message;
  expect(reply).toMatchObject({ kind: "voteReply", granted: false });
});

test("a candidate counts its own vote only when it is durable", () => {
  const net = new TestNetwork(3);
  net.member("a").diskStalled = true;
  net.campaign("a");
  net.deliver();
  expect(net.raft("a").view().role).toBe("candidate");
  net.releaseDisk("a");
  net.deliver();
  expect(net.raft("a").view().isLeader).toBe(true);
});

test("leadership is noticed at once when the leader's link breaks", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const old = net.leader();
  net.member(old).down = true;
  for (const id of net.ids) if (id !== old) net.step(id, { kind: "linkDown", peer: old });
  net.run(400);
  expect(net.leader()).not.toBe(old);
});
