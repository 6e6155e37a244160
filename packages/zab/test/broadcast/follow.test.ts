import { describe, expect, test } from "vitest";
import type { LeaderMessage } from "../../src/messages.ts";
import { TIMES, type NetworkOptions, type TestNetwork } from "../network.ts";
import { followingTwo } from "../played.ts";
import { runOf, type TestMember } from "../test-member.ts";

interface Following {
  readonly net: TestNetwork;
  readonly two: TestMember;
  readonly session: number;
}

/** Member 2 follows leader 3, which the test plays, in epoch 1. */
function following(options: NetworkOptions = {}): Following {
  const { net, two, session } = followingTwo(options);
  const said: readonly LeaderMessage[] = [
    { kind: "leaderInfo", session, epoch: 1 },
    { kind: "diff", session, why: "" },
    { kind: "newLeader", session, epoch: 1 },
    { kind: "upToDate", session, commit: 0 },
  ];
  for (const words of said) net.hear("2", "3", words);
  expect(net.zab("2").view()).toMatchObject({ role: "FOLLOWING", leader: "3", term: 1 });
  return { net, two, session };
}

describe("a follower", () => {
  test("acknowledges what is on its disk, not what is on its way there", () => {
    const { net, two, session } = following();
    two.diskStalled = true;
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(1, 1, "a") });
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(1, 2, "b") });
    expect(two.sentTo("3", "ack")).toEqual([]);
    two.releaseDisk(1);
    expect(two.sentTo("3", "ack").map(({ through }) => through)).toEqual([1]);
    two.releaseDisk();
    expect(two.sentTo("3", "ack").at(-1)).toEqual({ kind: "ack", session, epoch: 1, through: 2 });
  });

  test("applies what it is told is committed, with a proposal or alone, in order", () => {
    const { net, two, session } = following();
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(1, 1, "a", "b") });
    expect(two.applied).toEqual([]);
    net.hear("2", "3", { kind: "proposal", session, commit: 1, run: runOf(1, 3, "c") });
    expect(two.applied).toEqual(["a"]);
    net.hear("2", "3", { kind: "commit", session, commit: 3 });
    expect(two.applied).toEqual(["a", "b", "c"]);
  });

  test("applies each once, though it is told again", () => {
    const { net, two, session } = following();
    net.hear("2", "3", { kind: "proposal", session, commit: 1, run: runOf(1, 1, "a") });
    for (let i = 0; i < 3; i++) net.hear("2", "3", { kind: "commit", session, commit: 1 });
    net.hear("2", "3", { kind: "commit", session, commit: 0 });
    expect(two.applied).toEqual(["a"]);
  });

  test("hears no commit of an older session", () => {
    const { net, two, session } = following();
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(1, 1, "a") });
    net.hear("2", "3", { kind: "commit", session: session - 1, commit: 1 });
    expect(two.applied).toEqual([]);
  });

  test("passes its clients' proposals on", () => {
    const { net, two, session } = following();
    const id = net.propose("2", "a");
    expect(two.sentTo("3", "request")).toMatchObject([{ session, proposals: [{ id }] }]);
    net.hear("2", "3", { kind: "requestAccepted", session, first: 7, ids: [id] });
    expect(two.all("proposalAppended")).toEqual([
      { kind: "proposalAppended", id, position: { term: 1, index: 7 } },
    ]);
  });

  test("is told when they are refused", () => {
    const { net, two, session } = following();
    const id = net.propose("2", "a");
    const said = { kind: "requestRejected", session, reason: "ERR_OVERLOADED", ids: [id] } as const;
    net.hear("2", "3", said);
    net.hear("2", "3", said);
    expect(two.all("proposalRejected")).toEqual([
      { kind: "proposalRejected", id, reason: "ERR_OVERLOADED" },
    ]);
  });

  test("believes no answer of an older session: it may be to another proposal of that number", () => {
    const { net, two, session } = following();
    const id = net.propose("2", "a");
    net.hear("2", "3", { kind: "requestAccepted", session: session - 1, first: 7, ids: [id] });
    expect(two.all("proposalAppended")).toEqual([]);
  });

  test("does not know what becomes of those that were under way when the leader was lost", () => {
    const { net, two } = following();
    const id = net.propose("2", "a");
    net.disconnect("2", "3");
    expect(two.all("proposalLost")).toEqual([{ kind: "proposalLost", id }]);
  });

  test("refuses them while it has no leader", () => {
    const { net, two } = following();
    net.disconnect("2", "3");
    const id = net.propose("2", "a");
    expect(two.all("proposalRejected")).toEqual([
      { kind: "proposalRejected", id, reason: "ERR_NO_LEADER" },
    ]);
  });

  test("does not pass on what insists on a term", () => {
    const { net, two } = following();
    const id = net.propose("2", "a", 1);
    expect(two.sentTo("3", "request")).toEqual([]);
    expect(two.all("proposalRejected")).toMatchObject([{ id, reason: "ERR_NOT_LEADER" }]);
  });

  test("answers pings with how far it is", () => {
    const { net, two, session } = following();
    net.hear("2", "3", { kind: "proposal", session, commit: 0, run: runOf(1, 1, "a") });
    net.hear("2", "3", { kind: "ping", session, round: 4 });
    expect(two.sentTo("3", "pong").at(-1)).toEqual({ kind: "pong", session, round: 4, through: 1 });
  });

  test("leaves a leader that is silent for syncLimit", () => {
    const { net, session } = following();
    net.hear("2", "3", { kind: "ping", session, round: 0 });
    const begin = net.now;
    while (net.role("2") === "FOLLOWING" && net.now < begin + 5000) net.tick(50);
    expect(net.now - begin).toBeGreaterThan(TIMES.syncMillis - 100);
    expect(net.now - begin).toBeLessThanOrEqual(TIMES.syncMillis + 100);
  });

  test("stays with one that is heard", () => {
    const { net, session } = following();
    for (let i = 0; i < 50; i++) {
      net.tick(100);
      net.hear("2", "3", { kind: "ping", session, round: 0 });
    }
    expect(net.role("2")).toBe("FOLLOWING");
  });

  test("is not kept by words of an older session", () => {
    const { net, session } = following();
    for (let i = 0; i < 15; i++) {
      net.tick(100);
      net.hear("2", "3", { kind: "ping", session: session - 1, round: 0 });
    }
    expect(net.role("2")).toBe("LOOKING");
  });

  test("says that earlier epochs add nothing more once it is up to date", () => {
    const { two } = following();
    expect(two.all("termSettled")).toEqual([
      { kind: "termSettled", position: { term: 1, index: 0 } },
    ]);
  });
});
