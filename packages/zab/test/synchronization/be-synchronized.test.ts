import { describe, expect, test } from "vitest";
import { decodeEpochs } from "../../src/index.ts";
import type { LeaderMessage } from "../../src/messages.ts";
import { newest, notification, voteFor } from "../election/played.ts";
import { TIMES, type NetworkOptions, type TestNetwork } from "../network.ts";
import { followingTwo } from "../played.ts";
import { diskWith, runOf, TestDisk, type StoredSnapshot, type TestMember } from "../test-member.ts";

type Said = LeaderMessage extends infer M
  ? M extends LeaderMessage
    ? Omit<M, "session">
    : never
  : never;

interface Learning {
  readonly net: TestNetwork;
  readonly two: TestMember;
  /** The leader says so, in the session. */
  readonly say: (...said: readonly Said[]) => void;
}

const EPOCH = 9;

/** Member 2 has promised epoch 9 to leader 3, which the test plays. */
function promised(options: NetworkOptions = {}): Learning {
  const { net, two, session } = followingTwo(options);
  const say = (...said: readonly Said[]): void => {
    for (const words of said) net.hear("2", "3", { ...words, session });
  };
  say({ kind: "leaderInfo", epoch: EPOCH });
  expect(two.sentTo("3", "ackEpoch")).toHaveLength(1);
  return { net, two, say };
}

const diff: Said = { kind: "diff", why: "" };
const newLeader: Said = { kind: "newLeader", epoch: EPOCH };
const upToDate = (commit: number): Said => ({ kind: "upToDate", commit });
const proposal = (term: number, first: number, ...texts: readonly string[]): Said => {
  return { kind: "proposal", commit: 0, run: runOf(term, first, ...texts) };
};
const inform = (term: number, first: number, ...texts: readonly string[]): Said => {
  return { kind: "inform", run: runOf(term, first, ...texts) };
};
const trunc = (term: number, index: number, more: boolean): Said => {
  return { kind: "trunc", why: "", through: { term, index }, diff: more };
};

/** The current epochs that the member has asked its disk to write. */
function epochsAskedFor(member: TestMember): number[] {
  return member
    .all("persist")
    .flatMap(({ hardState }) => (hardState === null ? [] : decodeEpochs(hardState).current));
}

/** With entries of epoch 4, which it has taken up. */
function holding(...texts: readonly string[]): NetworkOptions {
  return { disks: { "2": diskWith({ accepted: 4, current: 4 }, 4, ...texts) } };
}

describe("a learner whose history is a prefix", () => {
  test("writes what it lacks, then the epoch, then acknowledges, then serves", () => {
    const { net, two, say } = promised();
    say(diff, proposal(5, 1, "a", "b"), newLeader);
    expect(two.disk.commands).toEqual(["a", "b"]);
    expect(two.disk.epochs).toEqual({ accepted: EPOCH, current: EPOCH });
    expect(two.sentTo("3", "ackNewLeader")).toMatchObject([{ epoch: EPOCH, through: 2 }]);
    expect(net.zab("2").view().leader).toBeNull();
    say(upToDate(2));
    expect(net.zab("2").view()).toMatchObject({ leader: "3", term: EPOCH, isLeader: false });
    expect(two.applied).toEqual(["a", "b"]);
  });

  // ZOOKEEPER-4643, 4646, 4685, 4785, 3911.
  test("has the history on disk before it asks for the epoch to be written, and that before it acknowledges", () => {
    const { two, say } = promised();
    two.diskStalled = true;
    say(diff, proposal(5, 1, "a"), proposal(5, 2, "b"), newLeader);
    expect(two.disk.commands).toEqual([]);
    two.releaseDisk(1);
    // It does not even ask for it: a disk may do what it is asked in any order.
    expect(epochsAskedFor(two)).not.toContain(EPOCH);
    two.releaseDisk(1);
    expect(two.disk.commands).toEqual(["a", "b"]);
    expect(epochsAskedFor(two)).toContain(EPOCH);
    expect(two.disk.epochs.current).toBe(0);
    expect(two.sentTo("3", "ackNewLeader")).toEqual([]);
    two.releaseDisk(1);
    expect(two.disk.epochs.current).toBe(EPOCH);
    expect(two.sentTo("3", "ackNewLeader")).toHaveLength(1);
  });

  test("never writes the epoch together with the history", () => {
    const { two, say } = promised();
    say(diff, proposal(5, 1, "a"), newLeader);
    const history = two.all("persist").find(({ run }) => run !== null);
    expect(history?.hardState).toBeNull();
  });

  test("that lacks nothing still writes the epoch before it acknowledges", () => {
    const { two, say } = promised(holding("x"));
    two.diskStalled = true;
    say(diff, newLeader);
    expect(two.sentTo("3", "ackNewLeader")).toEqual([]);
    two.releaseDisk();
    expect(two.disk.epochs.current).toBe(EPOCH);
    expect(two.sentTo("3", "ackNewLeader")).toMatchObject([{ through: 1 }]);
  });

  test("takes what is proposed behind UPTODATE, and acknowledges it", () => {
    const { two, say } = promised();
    say(diff, proposal(5, 1, "a"), newLeader, upToDate(1), proposal(EPOCH, 2, "b"));
    expect(two.disk.commands).toEqual(["a", "b"]);
    expect(two.sentTo("3", "ack").at(-1)).toMatchObject({ epoch: EPOCH, through: 2 });
    say({ kind: "commit", commit: 2 });
    expect(two.applied).toEqual(["a", "b"]);
  });

  // ZOOKEEPER-4646: what waits behind the synchronization is acknowledged when it is written.
  test("acknowledges with NEWLEADER only what it has by then", () => {
    const { two, say } = promised();
    two.diskStalled = true;
    say(diff, proposal(5, 1, "a"), newLeader);
    two.releaseDisk(1);
    two.releaseDisk(1);
    expect(two.sentTo("3", "ackNewLeader")).toMatchObject([{ through: 1 }]);
    say(upToDate(1), proposal(EPOCH, 2, "b"));
    expect(two.sentTo("3", "ack").every(({ through }) => through < 2)).toBe(true);
    two.releaseDisk();
    expect(two.sentTo("3", "ack").at(-1)).toMatchObject({ through: 2 });
    expect(two.applied).toEqual(["a"]);
  });

  test("that is not told what is committed applies nothing", () => {
    const { two, say } = promised();
    say(diff, proposal(5, 1, "a", "b"), newLeader, upToDate(1));
    expect(two.applied).toEqual(["a"]);
  });

  test("keeps what it wrote when the session breaks, without the epoch", () => {
    const { net, two, say } = promised();
    say(diff, proposal(5, 1, "a"));
    net.disconnect("2", "3");
    expect(two.disk.commands).toEqual(["a"]);
    expect(newest(net, "2", "1").vote).toEqual({
      leader: "2",
      epoch: 0,
      last: { term: 5, index: 1 },
    });
  });
});

describe("a learner that has what was never committed", () => {
  test("drops it on its disk, then takes up the epoch", () => {
    const { two, say } = promised(holding("a", "b", "c"));
    two.diskStalled = true;
    say(trunc(4, 1, false), newLeader);
    expect(two.sentTo("3", "ackNewLeader")).toEqual([]);
    two.releaseDisk(1);
    expect(two.disk.commands).toEqual(["a"]);
    expect(two.disk.epochs.current).toBe(4);
    two.releaseDisk();
    expect(two.sentTo("3", "ackNewLeader")).toMatchObject([{ through: 1 }]);
    say(upToDate(1));
    expect(two.applied).toEqual(["a"]);
  });

  test("takes others in their place", () => {
    const { two, say } = promised(holding("a", "b", "c"));
    say(trunc(4, 1, true), proposal(5, 2, "B", "C", "D"), newLeader, upToDate(4));
    expect(two.disk.commands).toEqual(["a", "B", "C", "D"]);
    expect(two.applied).toEqual(["a", "B", "C", "D"]);
  });

  test("does not get it back by a restart (ZOOKEEPER-1154, 1489)", () => {
    const { net, say } = promised(holding("a", "b", "c"));
    say(trunc(4, 1, false), newLeader);
    net.restart("2");
    expect(newest(net, "2", "1").vote).toEqual({
      leader: "2",
      epoch: EPOCH,
      last: { term: 4, index: 1 },
    });
  });

  // ZOOKEEPER-5094 is open: there a truncation cut short leaves a member that cannot start.
  test("starts again after a crash in the middle of it, with all or nothing of it done", () => {
    for (const done of [0, 1]) {
      const { net, two, say } = promised(holding("a", "b", "c"));
      two.diskStalled = true;
      say(trunc(4, 1, true), proposal(5, 2, "B"), newLeader);
      two.releaseDisk(done);
      net.restart("2");
      const { vote } = newest(net, "2", "1");
      expect(vote).toMatchObject({ epoch: 4 }); // the new epoch vouches for a history that is not there
      expect([1, 2, 3]).toContain(vote?.last.index);
    }
  });

  // It is stopped rather than made to forget what it may have told clients, as ZooKeeper's is.
  test("does not drop what it has committed: one of the two has lost its disk", () => {
    const { net, two, say } = promised();
    say(diff, proposal(5, 1, "a", "b"), newLeader, upToDate(2));
    net.disconnect("2", "3");
    net.connect("2", "3");
    net.hear("2", "1", notification(voteFor("3", 99), 2, "FOLLOWING"));
    net.hear("2", "3", notification(voteFor("3", 99), 2, "LEADING"));
    const session = two.sentTo("3", "followerInfo").at(-1)?.session ?? -1;
    net.hear("2", "3", { kind: "leaderInfo", session, epoch: 10 });
    const words = {
      kind: "trunc",
      session,
      why: "",
      through: { term: 5, index: 1 },
      diff: false,
    } as const;
    expect(() => net.hear("2", "3", words)).toThrow(/what is committed is never truncated/);
    expect(two.disk.commands).toEqual(["a", "b"]);
  });
});

describe("a learner that gets a snapshot", () => {
  const snapshotAt = (net: TestNetwork, index: number, term: number = 5): StoredSnapshot => {
    const { configuration } = net;
    return { meta: { position: { term, index }, configuration }, state: ["s1", "s2"] };
  };
  const snap = (index: number): Said => ({ kind: "snap", why: "", index });

  // ZOOKEEPER-3023, 3642.
  test("has it on disk before it says so, and before it takes up the epoch", () => {
    const { net, two, say } = promised(holding("a"));
    say(snap(10));
    two.diskStalled = true;
    net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    expect(two.sentTo("3", "snapInstalled")).toEqual([]);
    two.releaseDisk(1);
    expect(two.disk.snapshot?.meta.position).toEqual({ term: 5, index: 10 });
    expect(two.sentTo("3", "snapInstalled")).toMatchObject([
      { history: { base: { term: 5, index: 10 }, last: { term: 5, index: 10 } } },
    ]);
    expect(two.disk.epochs.current).toBe(4);
    say(diff, proposal(5, 11, "b"), newLeader);
    two.releaseDisk();
    expect(two.disk.epochs.current).toBe(EPOCH);
    expect(two.sentTo("3", "ackNewLeader")).toMatchObject([{ through: 11 }]);
    say(upToDate(11));
    expect(two.applied).toEqual(["s1", "s2", "b"]);
  });

  test("takes one that stands further than it was told", () => {
    const { net, two, say } = promised();
    say(snap(10));
    net.receiveSnapshot("2", "3", snapshotAt(net, 12));
    expect(two.sentTo("3", "snapInstalled")).toMatchObject([{ history: { last: { index: 12 } } }]);
  });

  test.each([
    ["one that stands before what it was told", 9],
    ["one of nothing", 0],
  ])("does not take %s, and begins again", (_what, index) => {
    const { net, two, say } = promised();
    say(snap(10));
    const handle = net.receiveSnapshot("2", "3", snapshotAt(net, index));
    expect(two.all("discardSnapshot")).toEqual([{ kind: "discardSnapshot", handle }]);
    expect(two.all("installSnapshot")).toEqual([]);
    expect(net.role("2")).toBe("LOOKING"); // no other will come in this session
  });

  test.each([
    ["before it was told of it", []],
    ["when it was told of another way", [diff]],
  ])("does not take one %s", (_when, said) => {
    const { net, two, say } = promised();
    say(...said);
    const handle = net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    expect(two.all("discardSnapshot")).toEqual([{ kind: "discardSnapshot", handle }]);
    expect(two.all("installSnapshot")).toEqual([]);
  });

  test("does not take one from who is not its leader", () => {
    const { net, two, say } = promised();
    say(snap(10));
    net.receiveSnapshot("2", "1", snapshotAt(net, 10));
    expect(two.all("discardSnapshot")).toHaveLength(1);
    expect(two.all("installSnapshot")).toEqual([]);
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("does not take one when the session is over", () => {
    const { net, two, say } = promised(holding("a"));
    say(snap(10));
    net.disconnect("2", "3");
    net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    expect(two.all("discardSnapshot")).toHaveLength(1);
    expect(two.disk.commands).toEqual(["a"]); // ZOOKEEPER-4352: nothing is half replaced
  });

  test("may take longer than the limits, as long as the leader lives", () => {
    const { net, two, say } = promised();
    say(snap(10));
    for (let waited = 0; waited < TIMES.initMillis * 3; waited += 100) {
      say({ kind: "ping", round: 0 });
      net.tick(100);
    }
    expect(net.role("2")).toBe("FOLLOWING");
    net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    expect(two.sentTo("3", "snapInstalled")).toHaveLength(1);
  });

  test("that is being installed when the session breaks is installed nevertheless", () => {
    const { net, two, say } = promised(holding("a"));
    say(snap(10));
    two.diskStalled = true;
    net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    net.disconnect("2", "3");
    two.releaseDisk();
    expect(two.sentTo("3", "snapInstalled")).toEqual([]); // in a session that is over
    expect(newest(net, "2", "1").vote).toMatchObject({ epoch: 4, last: { term: 5, index: 10 } });
    expect(two.applied).toEqual(["s1", "s2"]);
  });

  test("cut short by a crash leaves the log as it was", () => {
    const { net, two, say } = promised(holding("a"));
    say(snap(10));
    two.diskStalled = true;
    net.receiveSnapshot("2", "3", snapshotAt(net, 10));
    net.restart("2");
    expect(newest(net, "2", "1").vote).toMatchObject({ epoch: 4, last: { term: 4, index: 1 } });
  });
});

describe("a word out of turn makes the learner look again", () => {
  const synced: readonly Said[] = [diff, proposal(5, 1, "a", "b"), newLeader, upToDate(2)];
  const cases: readonly (readonly [string, readonly Said[]])[] = [
    ["a proposal before it is told how", [proposal(5, 1, "a")]],
    ["NEWLEADER before it is told how", [newLeader]],
    ["UPTODATE before NEWLEADER", [diff, upToDate(0)]],
    ["UPTODATE before it is told how", [upToDate(0)]],
    ["NEWLEADER while it waits for a snapshot", [{ kind: "snap", why: "", index: 3 }, newLeader]],
    [
      "a proposal while it waits for a snapshot",
      [{ kind: "snap", why: "", index: 3 }, proposal(5, 4, "a")],
    ],
    ["DIFF while it waits for a snapshot", [{ kind: "snap", why: "", index: 3 }, diff]],
    ["DIFF twice", [diff, diff]],
    ["TRUNC behind DIFF", [diff, trunc(0, 0, false)]],
    ["SNAP behind DIFF", [diff, { kind: "snap", why: "", index: 3 }]],
    ["NEWLEADER twice", [diff, newLeader, newLeader]],
    ["NEWLEADER of another epoch", [diff, { kind: "newLeader", epoch: EPOCH + 1 }]],
    ["NEWLEADER of an older epoch", [diff, { kind: "newLeader", epoch: EPOCH - 1 }]],
    ["UPTODATE twice", [...synced, upToDate(2)]],
    ["NEWLEADER behind UPTODATE", [...synced, newLeader]],
    ["DIFF behind UPTODATE", [...synced, diff]],
    ["TRUNC behind UPTODATE", [...synced, trunc(5, 1, false)]],
    ["a second epoch in the session", [{ kind: "leaderInfo", epoch: EPOCH + 1 }]],
    ["a second epoch behind UPTODATE", [...synced, { kind: "leaderInfo", epoch: EPOCH + 1 }]],
    // ZOOKEEPER-4925: proposals that do not follow were skipped, and data was lost.
    ["a proposal with a gap before it", [diff, proposal(5, 2, "b")]],
    ["a gap between proposals", [diff, proposal(5, 1, "a"), proposal(5, 3, "c")]],
    ["a proposal twice", [diff, proposal(5, 1, "a"), proposal(5, 1, "a")]],
    ["a gap in broadcast", [...synced, proposal(EPOCH, 4, "d")]],
    ["a proposal of an epoch to come", [diff, proposal(EPOCH + 1, 1, "a")]],
    ["a proposal whose epoch goes back", [diff, proposal(5, 1, "a"), proposal(4, 2, "b")]],
    ["INFORM with a gap before it", [...synced, inform(EPOCH, 4, "d")]],
    ["INFORM of what it has", [...synced, inform(EPOCH, 2, "d")]],
    ["INFORM whose epoch goes back", [...synced, inform(4, 3, "d")]],
    ["INFORM of an epoch to come", [...synced, inform(EPOCH + 1, 3, "d")]],
    ["INFORM before UPTODATE", [diff, inform(5, 1, "a")]],
    // Nothing is proposed between the two: it waits until the learner has taken up the epoch.
    ["a proposal between NEWLEADER and UPTODATE", [diff, newLeader, proposal(EPOCH, 1, "a")]],
    ["COMMIT before UPTODATE", [diff, proposal(5, 1, "a"), { kind: "commit", commit: 1 }]],
  ];

  test.each(cases)("%s", (_what, said) => {
    const { net, two, say } = promised();
    say(...said.slice(0, -1));
    expect(net.role("2")).toBe("FOLLOWING");
    const before = { commands: two.disk.commands, epochs: two.disk.epochs };
    say(...said.slice(-1));
    expect(net.role("2")).toBe("LOOKING");
    expect(two.sentTo("3", "hangUp")).toHaveLength(1);
    expect({ commands: two.disk.commands, epochs: two.disk.epochs }).toEqual(before);
  });

  test.each([
    ["what it does not have", trunc(4, 7, false)],
    ["another entry than it has", trunc(3, 1, false)],
  ])("TRUNC through %s", (_what, words) => {
    const { net, two, say } = promised(holding("a", "b"));
    say(words);
    expect(net.role("2")).toBe("LOOKING");
    expect(two.disk.commands).toEqual(["a", "b"]);
  });

  test("and it begins a new round", () => {
    const { net, say } = promised();
    say(upToDate(0));
    expect(newest(net, "2", "3")).toMatchObject({ state: "LOOKING", round: 2 });
  });
});

test("a commit of what it does not have stops it: its disk or a link has lost something", () => {
  const { two, say } = promised();
  say(diff, proposal(5, 1, "a"), newLeader, upToDate(1));
  expect(() => say({ kind: "commit", commit: 2 })).toThrow(/invariant broken/);
  expect(two.applied).toEqual(["a"]);
});

test("words of an older session are not heard, whatever they say", () => {
  const { net, two, say } = promised();
  say(diff);
  const { session } = two.sentTo("3", "followerInfo").at(-1) ?? { session: 0 };
  for (const words of [upToDate(7), newLeader, proposal(5, 9, "z"), diff]) {
    net.hear("2", "3", { ...words, session: session - 1 });
  }
  expect(net.role("2")).toBe("FOLLOWING");
  expect(two.disk.commands).toEqual([]);
});

test("how it was synchronized is told to people", () => {
  const { net, say } = promised();
  say({ kind: "diff", why: "it lacks 1 entry" }, proposal(5, 1, "a"), newLeader, upToDate(1));
  const facts = JSON.stringify(net.zab("2").view().details);
  expect(facts).toContain("DIFF");
  expect(facts).toContain("it lacks 1 entry");
});

test("a disk that was never used is one with epoch 0", () => {
  expect(new TestDisk().epochs).toEqual({ accepted: 0, current: 0 });
});
