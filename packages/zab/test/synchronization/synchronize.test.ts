import { describe, expect, test } from "vitest";
import { decodeEpochs } from "../../src/index.ts";
import type { LeaderMessage } from "../../src/messages.ts";
import { agree } from "../election/played.ts";
import type { TestNetwork } from "../network.ts";
import { ackEpoch, electedLeader, establish, followerInfo, promise, SESSION } from "../played.ts";
import { diskWith, textsOf } from "../test-member.ts";

/** What the leader said to the learner in its session, in order, in short. */
function said(net: TestNetwork, leader: string, to: string): string[] {
  return net
    .member(leader)
    .sent.filter((letter) => letter.to === to && letter.message.kind !== "notification")
    .map(({ message }) => short(message as LeaderMessage))
    .filter((words) => words !== "ping");
}

function short(message: LeaderMessage): string {
  switch (message.kind) {
    case "proposal":
    case "inform":
      return `${message.kind} ${textsOf(message.run.entries).join()}`;
    case "trunc":
      return `trunc ${message.through.index}${message.diff ? " diff" : ""}`;
    case "snap":
      return `snap ${message.index}`;
    case "commit":
    case "upToDate":
      return `${message.kind} ${message.commit}`;
    default:
      return message.kind;
  }
}

/** Leader 5 of five with three entries of epoch 3, two of them told at a time. */
function withHistory(options: Partial<Parameters<typeof electedLeader>[0]> = {}): TestNetwork {
  const disk = diskWith({ accepted: 3, current: 3 }, 3, "a", "b", "c");
  return electedLeader({ size: 5, observers: 1, disks: { "5": disk }, ...options });
}

function ackNewLeader(net: TestNetwork, from: string, through: number, epoch: number = 4): void {
  net.hear("5", from, { kind: "ackNewLeader", session: SESSION, epoch, through });
}

describe("what the leader says", () => {
  test("how, what is lacking, and then the epoch, each in its own session", () => {
    const net = withHistory();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(3));
    net.hear("5", "1", ackEpoch(3, 3));
    net.hear("5", "2", ackEpoch(3, 3, 3, 3));
    expect(said(net, "5", "1")).toEqual(["leaderInfo", "diff", "proposal b,c", "newLeader"]);
    expect(said(net, "5", "2")).toEqual(["leaderInfo", "diff", "newLeader"]);
  });

  test("to drop what was never committed, and whether more follows", () => {
    const net = withHistory();
    for (const peer of ["1", "2"]) net.hear("5", peer, followerInfo(3));
    net.hear("5", "1", ackEpoch(2, 2));
    net.hear("5", "2", ackEpoch(0));
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3, 3, 3, 3));
    expect(said(net, "5", "1")).toEqual([
      "leaderInfo",
      "trunc 0 diff",
      "proposal a,b,c",
      "newLeader",
    ]);
    expect(said(net, "5", "3")).toEqual(["leaderInfo", "trunc 3", "newLeader"]);
  });

  test("a large history goes in parts, a window ahead of the acknowledgements", () => {
    const net = withHistory({ limits: { proposalBytesMax: 1, inflightMax: 2 } });
    promise(net, "5", ["1", "2"]);
    expect(said(net, "5", "1")).toEqual(["leaderInfo", "diff", "proposal a", "proposal b"]);
    net.hear("5", "1", { kind: "ack", session: SESSION, epoch: 4, through: 1 });
    expect(said(net, "5", "1").slice(2)).toEqual([
      "proposal a",
      "proposal b",
      "proposal c",
      "newLeader",
    ]);
  });

  test("the whole state, where the log begins too late, then what is behind it", () => {
    const net = withHistory({ limits: { trailingEntries: 0 } });
    establishWithHistory(net);
    net.checkpoint("5");
    expect(net.zab("5").view().first).toBe(4);
    net.propose("5", "d");
    for (const peer of ["1", "2"]) {
      net.hear("5", peer, { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    }
    net.streamsHeld = true;
    net.hear("5", "3", followerInfo(0));
    net.hear("5", "3", ackEpoch(0));
    expect(said(net, "5", "3")).toEqual(["leaderInfo", "snap 3"]);
    expect(net.streams).toMatchObject([{ from: "5", to: "3" }]);
    const history = { base: { term: 3, index: 3 }, epochs: [], last: { term: 3, index: 3 } };
    net.step("5", { kind: "snapshotSent", to: "3", delivered: true });
    expect(said(net, "5", "3")).toEqual(["leaderInfo", "snap 3"]); // sent is not installed
    net.hear("5", "3", { kind: "snapInstalled", session: SESSION, history });
    expect(said(net, "5", "3")).toEqual([
      "leaderInfo",
      "snap 3",
      "diff",
      "proposal d",
      "newLeader",
    ]);
  });

  test("and keeps what is behind the snapshot while it is under way", () => {
    const net = withHistory({ limits: { trailingEntries: 0 } });
    establishWithHistory(net);
    net.checkpoint("5");
    net.streamsHeld = true;
    net.hear("5", "3", followerInfo(0));
    net.hear("5", "3", ackEpoch(0));
    net.propose("5", "d");
    for (const peer of ["1", "2"]) {
      net.hear("5", peer, { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    }
    net.checkpoint("5");
    expect(net.zab("5").view()).toMatchObject({ applied: 4, first: 4 });
  });

  test("a snapshot that did not get through ends the session", () => {
    const net = withHistory({ limits: { trailingEntries: 0 } });
    establishWithHistory(net);
    net.checkpoint("5");
    net.streamsHeld = true;
    net.hear("5", "3", followerInfo(0));
    net.hear("5", "3", ackEpoch(0));
    net.step("5", { kind: "snapshotSent", to: "3", delivered: false });
    const before = net.member("5").all("streamSnapshot").length;
    expect(before).toBe(1);
    expect(net.member("5").sentTo("3", "hangUp")).toEqual([{ kind: "hangUp", session: SESSION }]);
    net.hear("5", "3", followerInfo(4, SESSION + 1));
    expect(net.member("5").sentTo("3", "leaderInfo").at(-1)).toMatchObject({
      session: SESSION + 1,
    });
  });
});

/** 1 and 2 have the history and take up epoch 4. */
function establishWithHistory(net: TestNetwork): void {
  promise(net, "5", ["1", "2"], 3, 3, 3, 3);
  for (const peer of ["1", "2"]) ackNewLeader(net, peer, 3);
  expect(net.zab("5").view().isLeader).toBe(true);
}

describe("the epoch is established", () => {
  test("when a quorum has taken it up, with all of the history committed", () => {
    const net = withHistory();
    promise(net, "5", ["1", "2"], 3, 3, 3, 3);
    ackNewLeader(net, "1", 3);
    expect(net.zab("5").view()).toMatchObject({ isLeader: false, commit: 0 });
    expect(net.member("5").sentTo("1", "upToDate")).toEqual([]);
    ackNewLeader(net, "2", 3);
    expect(net.zab("5").view()).toMatchObject({ isLeader: true, ready: true, term: 4, commit: 3 });
    expect(net.member("5").applied).toEqual(["a", "b", "c"]);
    for (const peer of ["1", "2"]) {
      expect(net.member("5").sentTo(peer, "upToDate")).toEqual([
        { kind: "upToDate", session: SESSION, commit: 3 },
      ]);
    }
  });

  test("not before the leader has taken it up itself, on its disk", () => {
    const net = electedLeader({
      size: 3,
      disks: { "3": diskWith({ accepted: 3, current: 3 }, 3, "a") },
    });
    net.hear("3", "1", followerInfo(3));
    net.member("3").diskStalled = true;
    net.hear("3", "1", ackEpoch(3, 3));
    net.hear("3", "1", { kind: "ackNewLeader", session: SESSION, epoch: 4, through: 1 });
    expect(net.zab("3").view().isLeader).toBe(false);
    net.member("3").releaseDisk();
    expect(net.zab("3").view().isLeader).toBe(true);
    expect(net.member("3").disk.epochs).toEqual({ accepted: 4, current: 4 });
  });

  test.each([
    ["of an observer", (net: TestNetwork) => ackNewLeader(net, "6", 3)],
    ["of another epoch", (net: TestNetwork) => ackNewLeader(net, "2", 3, 3)],
    ["of an epoch to come", (net: TestNetwork) => ackNewLeader(net, "2", 3, 5)],
    [
      "of another session",
      (net: TestNetwork) => {
        net.hear("5", "2", { kind: "ackNewLeader", session: SESSION - 1, epoch: 4, through: 3 });
      },
    ],
    ["of the same again", (net: TestNetwork) => ackNewLeader(net, "1", 3)],
    // ZOOKEEPER-3104: acknowledged before it was synchronized.
    [
      "of who was not asked",
      (net: TestNetwork) => {
        net.hear("5", "3", followerInfo(3));
        ackNewLeader(net, "3", 3);
      },
    ],
    [
      "an acknowledgement of entries",
      (net: TestNetwork) => {
        net.hear("5", "2", { kind: "ack", session: SESSION, epoch: 4, through: 3 });
      },
    ],
  ])("not by an acknowledgement %s", (_whose, acknowledge) => {
    const net = withHistory();
    net.hear("5", "6", followerInfo(3));
    promise(net, "5", ["1", "2"], 3, 3, 3, 3);
    net.hear("5", "6", ackEpoch(3, 3, 3, 3));
    ackNewLeader(net, "1", 3);
    acknowledge(net);
    expect(net.zab("5").view().isLeader).toBe(false);
  });

  // ZOOKEEPER-3104
  test("not by who has not been sent all of the history yet", () => {
    const net = withHistory({ limits: { proposalBytesMax: 1, inflightMax: 1 } });
    promise(net, "5", ["1", "2"]);
    expect(net.member("5").sentTo("1", "newLeader")).toEqual([]);
    for (const peer of ["1", "2"]) ackNewLeader(net, peer, 1);
    expect(net.zab("5").view().isLeader).toBe(false);
  });

  // ZOOKEEPER-4643
  test("and the leader asks for its epoch to be written only when its own history is", () => {
    const net = electedLeader({ size: 5 });
    establish(net, "5", "1", "2");
    const five = net.member("5");
    five.diskStalled = true;
    net.propose("5", "x");
    net.hear("5", "4", followerInfo(50));
    agree(net, "5", "1", "2");
    // A quorum without the leader promises, takes its history and takes up the epoch.
    const others = ["1", "2", "3"];
    for (const peer of others) net.hear("5", peer, followerInfo(1, SESSION + 1));
    for (const peer of others) net.hear("5", peer, { ...ackEpoch(0), session: SESSION + 1 });
    const asked = (): number[] =>
      five
        .all("persist")
        .flatMap(({ hardState }) => (hardState === null ? [] : decodeEpochs(hardState).current));
    expect(asked()).not.toContain(2);
    five.releaseDisk(1);
    expect(five.disk.commands).toEqual(["x"]);
    expect(asked()).not.toContain(2); // its promise is still under way
    five.releaseDisk(1);
    expect(asked()).toContain(2);
  });

  test("not by a quorum of which one has left meanwhile", () => {
    const net = withHistory();
    promise(net, "5", ["1", "2"], 3, 3, 3, 3);
    ackNewLeader(net, "1", 3);
    net.disconnect("5", "1");
    net.connect("5", "1");
    net.hear("5", "1", followerInfo(4, SESSION + 1));
    expect(net.zab("5").view().isLeader).toBe(false);
    ackNewLeader(net, "2", 3);
    // What 1 took up is on its disk and stays there, whatever its link does.
    expect(net.zab("5").view().isLeader).toBe(true);
    expect(net.member("5").sentTo("1", "upToDate")).toEqual([]);
  });
});

describe("a learner that comes late", () => {
  test("is told of the epoch at once, synchronized, and served as soon as it has taken it up", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3));
    expect(said(net, "5", "3")).toEqual(["leaderInfo", "diff", "proposal c", "newLeader"]);
    ackNewLeader(net, "3", 3);
    expect(said(net, "5", "3").at(-1)).toBe("upToDate 3");
  });

  test("that had promised the epoch before is taken all the same", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.hear("5", "3", followerInfo(4));
    net.hear("5", "3", ackEpoch(null, 3, 3, 3));
    ackNewLeader(net, "3", 3);
    expect(said(net, "5", "3")).toEqual(["leaderInfo", "diff", "newLeader", "upToDate 3"]);
  });

  test("misses nothing of what is proposed meanwhile, and gets it once", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.propose("5", "d");
    net.hear("5", "3", followerInfo(3));
    net.propose("5", "e");
    net.hear("5", "3", ackEpoch(3, 3));
    net.propose("5", "f");
    const through = 3;
    ackNewLeader(net, "3", through);
    net.propose("5", "g");
    const proposals = said(net, "5", "3").filter((words) => words.startsWith("proposal"));
    expect(proposals.map((words) => words.slice(9)).join()).toBe("b,c,d,e,f,g");
  });

  test("adds to the quorum what it has already: nothing else may come to commit it", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.propose("5", "d");
    net.hear("5", "1", { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    expect(net.member("5").applied).toHaveLength(3);
    net.hear("5", "2", followerInfo(4, SESSION + 1)); // it wrote d, and lost its link
    net.hear("5", "2", { ...ackEpoch(null, 3, 3, 3, 4), session: SESSION + 1 });
    net.hear("5", "2", { kind: "ackNewLeader", session: SESSION + 1, epoch: 4, through: 4 });
    expect(net.member("5").applied).toHaveLength(4);
    expect(net.member("5").sentTo("2", "upToDate").at(-1)).toMatchObject({ commit: 4 });
  });

  test("that acknowledges more than it was sent is not believed", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3, 3));
    ackNewLeader(net, "3", 99);
    expect(net.member("5").sentTo("3", "upToDate")).toEqual([]);
    expect(net.member("5").sentTo("3", "hangUp")).toHaveLength(1);
    expect(net.role("5")).toBe("LEADING");
  });

  test("hears of no proposal between NEWLEADER and UPTODATE", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3));
    net.propose("5", "d");
    for (const peer of ["1", "2"]) {
      net.hear("5", peer, { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    }
    expect(net.zab("5").view().commit).toBe(4);
    expect(said(net, "5", "3").at(-1)).toBe("newLeader");
    ackNewLeader(net, "3", 3);
    expect(said(net, "5", "3").slice(-2)).toEqual(["upToDate 3", "proposal d"]);
  });

  test("does not count before it has taken up the epoch, whatever it acknowledges", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.propose("5", "d");
    net.hear("5", "1", { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    net.hear("5", "3", followerInfo(3));
    net.hear("5", "3", ackEpoch(3, 3, 3, 3));
    net.hear("5", "3", { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    expect(net.member("5").applied).toHaveLength(3);
  });

  test("takes its place when it comes again, and its old session is dead", () => {
    const net = withHistory();
    establishWithHistory(net);
    net.propose("5", "d");
    net.hear("5", "1", followerInfo(4, SESSION + 1));
    net.hear("5", "1", { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    net.hear("5", "2", { kind: "ack", session: SESSION, epoch: 4, through: 4 });
    expect(net.member("5").applied).toHaveLength(3);
  });
});

test("real members are synchronized from wherever they are", () => {
  const disks = {
    "1": diskWith({ accepted: 3, current: 3 }, 3, "a"),
    "2": diskWith({ accepted: 2, current: 2 }, 2, "z", "y", "x", "w"),
    "3": diskWith({ accepted: 3, current: 3 }, 3, "a", "b", "c"),
  };
  const net = electedLeader({ size: 3, real: ["1", "2", "3"], disks });
  net.run(3000);
  for (const id of ["1", "2", "3"]) {
    expect(net.member(id).disk.commands).toEqual(["a", "b", "c"]);
    expect(net.member(id).applied).toEqual(["a", "b", "c"]);
    expect(net.member(id).disk.epochs).toEqual({ accepted: 4, current: 4 });
  }
});

test("established leader of empty logs serves at once", () => {
  const net = electedLeader({ size: 3 });
  establish(net, "3", "1");
  expect(net.zab("3").view()).toMatchObject({ isLeader: true, ready: true, term: 1, commit: 0 });
});
