import { expect, test } from "vitest";
import { TestNetwork } from "./network.ts";

test("pre-vote: a member that was cut off comes back without raising the term", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  const { term } = net.raft(leader).view();
  const lonely = net.ids.find((id) => id !== leader) ?? "";
  net.isolate(lonely);
  net.run(20_000);
  net.heal();
  net.run(3000);
  expect(net.leader()).toBe(leader);
  expect(net.raft(leader).view().term).toBe(term);
});

test("check-quorum: a leader without its quorum steps down", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const old = net.leader();
  net.isolate(old);
  net.run(1500);
  expect(net.raft(old).view().isLeader).toBe(false);
});

test("a voter that hears the leader ignores a candidate that does not", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  const [candidate, voter] = net.ids.filter((id) => id !== leader);
  const { term } = net.raft(leader).view();
  const last = { term: 99, index: 99 };
  const message = { kind: "voteRequest", term: term + 5, poll: "election", last } as const;
  net.step(voter ?? "", { kind: "receive", from: candidate ?? "", message });
  expect(net.raft(voter ?? "").view().term).toBe(term);
});

test("a leader that was stopped for long steps down before it believes what waited", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  net.now += 5000;
  const from = net.ids.find((id) => id !== leader) ?? "";
  const { term } = net.raft(leader).view();
  const message = { kind: "heartbeatReply", term, round: 99 } as const;
  net.step(leader, { kind: "receive", from, message });
  expect(net.raft(leader).view().isLeader).toBe(false);
});

test("a member whose disk stalls gives leadership up and does not campaign", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  net.step(leader, { kind: "storageStalled" });
  expect(net.raft(leader).view().isLeader).toBe(false);
  for (const id of net.ids) if (id !== leader) net.member(id).down = true;
  net.run(5000);
  expect(net.raft(leader).view().role).toBe("follower");
});

// Found by simulation (seed 130): a follower sent the same proposal to a leader that had stepped down
// in its own term, was refused, and sent it again, as fast as the network went.
test("a leader that says it leads no more is believed", () => {
  const net = new TestNetwork(3);
  net.run(3000);
  const leader = net.leader();
  const follower = net.ids.find((id) => id !== leader) ?? "";
  net.step(leader, { kind: "storageStalled" });
  const id = net.propose(follower, "x");
  net.deliver();
  expect(net.member(follower).all("proposalRejected")).toMatchObject([{ id }]);
  expect(net.raft(follower).view().leader).toBeNull();
  net.run(1000);
  expect(net.raft(follower).view().leader).not.toBe(leader);
});
