import { expect, test } from "vitest";
import { TestNetwork } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, SESSION } from "../played.ts";
import { textsOf } from "../test-member.ts";

/** Leader 3 of three serves 1 and 2 and observer 4, all of them played. */
function observed(): TestNetwork {
  const net = electedLeader({ size: 3, observers: 1 });
  establish(net, "3", "1", "2");
  net.hear("3", "4", followerInfo(0));
  net.hear("3", "4", ackEpoch(0));
  net.hear("3", "4", { kind: "ackNewLeader", session: SESSION, epoch: 1, through: 0 });
  expect(net.member("3").sentTo("4", "upToDate")).toHaveLength(1);
  return net;
}

test("an observer is informed of what is committed, and of nothing else", () => {
  const net = observed();
  net.propose("3", "a");
  expect(net.member("3").sentTo("4", "inform")).toEqual([]);
  net.hear("3", "1", { kind: "ack", session: SESSION, epoch: 1, through: 1 });
  expect(
    net
      .member("3")
      .sentTo("4", "inform")
      .flatMap(({ run }) => textsOf(run.entries)),
  ).toEqual(["a"]);
  expect(net.member("3").sentTo("4", "proposal")).toEqual([]);
});

test("an observer that comes late is not sent what is not committed", () => {
  const net = electedLeader({ size: 3, observers: 1 });
  establish(net, "3", "1", "2");
  net.propose("3", "a");
  net.hear("3", "4", followerInfo(0));
  net.hear("3", "4", ackEpoch(0));
  expect(net.member("3").sentTo("4", "newLeader")).toHaveLength(1);
  expect(net.member("3").sentTo("4", "proposal")).toEqual([]);
  net.hear("3", "4", { kind: "ackNewLeader", session: SESSION, epoch: 1, through: 0 });
  expect(net.member("3").sentTo("4", "inform")).toEqual([]);
});

test("what an observer has adds nothing to a quorum", () => {
  const net = observed();
  net.propose("3", "a");
  net.hear("3", "4", { kind: "ack", session: SESSION, epoch: 1, through: 1 });
  net.hear("3", "4", { kind: "pong", session: SESSION, round: 0, through: 1 });
  expect(net.member("3").applied).toEqual([]);
});

test("a leader that hears only observers gives up", () => {
  const net = observed();
  for (let i = 0; i < 20; i++) {
    net.tick(100);
    net.hear("3", "4", { kind: "pong", session: SESSION, round: 0, through: 0 });
  }
  expect(net.role("3")).toBe("LOOKING");
});

test("a real observer applies what it is informed of, acknowledges nothing, and writes it down", () => {
  const net = new TestNetwork({ size: 3, observers: 1 });
  net.run(2000);
  for (const text of ["a", "b", "c"]) net.propose(net.leader(), text);
  net.run(200);
  const four = net.member("4");
  expect(net.role("4")).toBe("OBSERVING");
  expect(four.applied).toEqual(["a", "b", "c"]);
  expect(four.disk.commands).toEqual(["a", "b", "c"]);
  expect(four.sentTo(net.leader(), "ack")).toEqual([]);
});

test("an observer's clients write and read through the leader", () => {
  const net = new TestNetwork({ size: 3, observers: 1 });
  net.run(2000);
  const id = net.propose("4", "a");
  net.run(200);
  expect(
    net
      .member("4")
      .all("proposalAppended")
      .map((effect) => effect.id),
  ).toEqual([id]);
  expect(net.member("4").applied).toEqual(["a"]);
  net.step("4", { kind: "readBarrier", id: 1 });
  net.run(200);
  expect(net.member("4").all("readReady")).toEqual([{ kind: "readReady", id: 1, index: 1 }]);
});

test("an observer never leads, and its absence stops nothing", () => {
  const net = new TestNetwork({ size: 3, observers: 1 });
  net.run(2000);
  net.crash("4");
  net.propose("3", "a");
  net.run(200);
  expect(net.member("3").applied).toEqual(["a"]);
  net.crash("3");
  net.crash("2");
  net.start("4", net.member("1").disk);
  net.run(5000);
  expect(net.role("4")).toBe("LOOKING");
  expect(net.role("1")).toBe("LOOKING");
});

test("an observer's window is given back by its pongs, since it acknowledges nothing", () => {
  const net = new TestNetwork({
    size: 3,
    observers: 1,
    limits: { inflightMax: 1, proposalBytesMax: 1 },
  });
  net.run(2000);
  for (let i = 0; i < 6; i++) net.propose("3", `x${i}`);
  net.run(2000);
  expect(net.member("4").applied).toHaveLength(6);
});
