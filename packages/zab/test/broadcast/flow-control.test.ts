import { expect, test } from "vitest";
import { TestNetwork, type NetworkOptions } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, SESSION } from "../played.ts";
import { runOf, textsOf } from "../test-member.ts";

/** Leader 3 of three serves epoch 1 to 1 and 2, which the test plays. */
function serving(limits: NetworkOptions["limits"] = {}): TestNetwork {
  const net = electedLeader({ size: 3, limits });
  establish(net, "3", "1", "2");
  return net;
}

function proposed(net: TestNetwork, to: string): string[] {
  return net
    .member("3")
    .sentTo(to, "proposal")
    .flatMap(({ run }) => textsOf(run.entries));
}

function ack(net: TestNetwork, from: string, through: number): void {
  net.hear("3", from, { kind: "ack", session: SESSION, epoch: 1, through });
}

test("a learner's window is bounded in messages", () => {
  const net = serving({ inflightMax: 4 });
  for (let i = 0; i < 20; i++) net.propose("3", `x${i}`);
  expect(net.member("3").sentTo("1", "proposal")).toHaveLength(4);
  ack(net, "1", 2);
  expect(net.member("3").sentTo("1", "proposal")).toHaveLength(5); // the rest fits into one
  expect(proposed(net, "1")).toHaveLength(20);
});

test("a learner's window is bounded in bytes", () => {
  const net = serving({ inflightBytesMax: 1000, proposalBytesMax: 500 });
  for (let i = 0; i < 20; i++) net.propose("3", "x".repeat(400));
  expect(net.member("3").sentTo("1", "proposal")).toHaveLength(3);
  ack(net, "1", 1);
  expect(net.member("3").sentTo("1", "proposal")).toHaveLength(4);
});

test("what is proposed in one turn goes as it is to who is up to date, and in parts to others", () => {
  const net = serving({ proposalBytesMax: 100, inflightMax: 1 });
  const data = new Uint8Array(400);
  const event = (id: number) =>
    ({ kind: "propose", proposals: [{ id, data }], onlyInTerm: null }) as const;
  const sizes = (to: string): number[] =>
    net
      .member("3")
      .sentTo(to, "proposal")
      .map(({ run }) => run.entries.length);
  net.member("3").step(event(1), event(2));
  ack(net, "1", 2);
  net.member("3").step(event(3), event(4));
  expect(sizes("1")).toEqual([2, 2]);
  for (const through of [2, 3]) ack(net, "2", through);
  expect(sizes("2")).toEqual([2, 1, 1]); // an entry that is larger than a proposal may be goes alone
});

test("one slow learner holds nobody up", () => {
  const net = serving({ inflightMax: 2, proposalBytesMax: 1 });
  for (let i = 0; i < 10; i++) {
    net.propose("3", `x${i}`);
    ack(net, "1", i + 1);
  }
  expect(net.member("3").applied).toHaveLength(10);
  expect(proposed(net, "2")).toEqual(["x0", "x1"]);
  for (let through = 1; through <= 10; through++) ack(net, "2", through);
  expect(proposed(net, "2")).toHaveLength(10);
});

test("what is acknowledged frees the window only once", () => {
  const net = serving({ inflightMax: 2, proposalBytesMax: 1 });
  for (let i = 0; i < 10; i++) net.propose("3", `x${i}`);
  for (let i = 0; i < 5; i++) ack(net, "2", 1);
  expect(proposed(net, "2")).toEqual(["x0", "x1", "x2"]);
});

test("entries that left memory are read back from the disk, in parts that fit", () => {
  const net = serving({ cacheBytesMax: 200, proposalBytesMax: 60 });
  for (let i = 0; i < 30; i++) {
    net.propose("3", `x${i}`);
    ack(net, "1", i + 1);
    ack(net, "2", i + 1);
  }
  net.member("3").loadsHeld = true;
  net.disconnect("3", "2");
  net.connect("3", "2");
  net.hear("3", "2", followerInfo(1, SESSION + 1));
  net.hear("3", "2", { ...ackEpoch(1), session: SESSION + 1 });
  const before = proposed(net, "2").length;
  expect(net.member("3").all("loadEntries")).toMatchObject([{ first: 1 }]);
  expect(net.member("3").sentTo("2", "newLeader").at(-1)?.session).toBe(SESSION);
  net.propose("3", "late"); // waits behind what is being read
  expect(proposed(net, "2")).toHaveLength(before);
  net.member("3").releaseLoads();
  for (let through = 1; through <= 30; through++) {
    net.hear("3", "2", { kind: "ack", session: SESSION + 1, epoch: 1, through });
  }
  net.hear("3", "2", { kind: "ackNewLeader", session: SESSION + 1, epoch: 1, through: 30 });
  const texts = proposed(net, "2").slice(before);
  expect(texts).toEqual([...Array.from({ length: 30 }, (_, i) => `x${i}`), "late"]);
});

test("entries that come from the disk for a session that is over are dropped", () => {
  const net = serving({ cacheBytesMax: 200 });
  for (let i = 0; i < 30; i++) {
    net.propose("3", `x${i}`);
    ack(net, "1", i + 1);
    ack(net, "2", i + 1);
  }
  net.member("3").loadsHeld = true;
  net.hear("3", "2", followerInfo(1, SESSION + 1));
  net.hear("3", "2", { ...ackEpoch(1), session: SESSION + 1 });
  net.disconnect("3", "2");
  const before = proposed(net, "2").length;
  net.member("3").releaseLoads();
  expect(proposed(net, "2")).toHaveLength(before);
  expect(net.role("3")).toBe("LEADING");
});

test("entries that are no longer on the disk cost the learner its session, not the leader its life", () => {
  const net = serving({ cacheBytesMax: 200 });
  for (let i = 0; i < 30; i++) {
    net.propose("3", `x${i}`);
    ack(net, "1", i + 1);
    ack(net, "2", i + 1);
  }
  net.member("3").loadsHeld = true;
  net.hear("3", "2", followerInfo(1, SESSION + 1));
  net.hear("3", "2", { ...ackEpoch(1), session: SESSION + 1 });
  const run = { entries: [], bytes: new Uint8Array(0) };
  net.step("3", { kind: "entriesLoaded", first: 1, run });
  expect(net.role("3")).toBe("LEADING");
  expect(net.member("3").sentTo("2", "hangUp").at(-1)).toMatchObject({ session: SESSION + 1 });
});

test("entries on the disk that are not those of the log are not sent", () => {
  const net = serving({ cacheBytesMax: 200 });
  for (let i = 0; i < 30; i++) {
    net.propose("3", `x${i}`);
    ack(net, "1", i + 1);
    ack(net, "2", i + 1);
  }
  net.member("3").loadsHeld = true;
  net.hear("3", "2", followerInfo(1, SESSION + 1));
  net.hear("3", "2", { ...ackEpoch(1), session: SESSION + 1 });
  const before = proposed(net, "2").length;
  // Read before they were truncated and others took their place.
  net.step("3", { kind: "entriesLoaded", first: 1, run: runOf(0, 1, "old", "old") });
  expect(proposed(net, "2")).toHaveLength(before);
  expect(net.role("3")).toBe("LEADING");
});

test("real members, with windows of one, all get everything", () => {
  const net = new TestNetwork({
    size: 3,
    limits: { inflightMax: 1, proposalBytesMax: 1, applyEntriesMax: 1, cacheBytesMax: 100 },
  });
  net.run(2000);
  for (let i = 0; i < 40; i++) net.propose(net.ids[i % 3] ?? "1", `x${i}`);
  net.run(1000);
  for (const id of net.ids) expect(net.member(id).applied).toHaveLength(40);
  expect(net.member("1").applied).toEqual(net.member("3").applied);
  expect(net.member("2").applied).toEqual(net.member("3").applied);
});
