import { Prng } from "@quorate/core";
import { describe, expect, test } from "vitest";
import type { LeaderMessage, LearnerMessage } from "../src/messages.ts";
import { notification, voteFor } from "./election/played.ts";
import { TestNetwork } from "./network.ts";
import { ackEpoch, electedLeader, followerInfo, SESSION } from "./played.ts";
import {
  randomLeaderMessage,
  randomLearnerMessage,
  randomMessage,
  randomNotification,
} from "./random-message.ts";
import { runOf, type TestMember } from "./test-member.ts";

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);
const DRAWING = { ids: ["1", "2", "3", "4", "9"], sessions: [6, 7, 8], below: 5 };

/** Whether a leader could say it to this member: what is committed is there, and stays. */
function isTrue(message: LeaderMessage, member: TestMember): boolean {
  const { commit, last } = member.zab.view();
  if (message.kind === "trunc") return message.through.index >= commit;
  if (message.kind === "commit" || message.kind === "upToDate") return message.commit <= last;
  return true;
}

describe("no word out of turn stops a member", () => {
  test.each(SEEDS)("that follows, seed %i", (seed) => {
    const prng = new Prng(seed);
    const net = new TestNetwork({ size: 3, observers: 1, real: ["2"] });
    const two = net.member("2");
    let furthest: readonly string[] = [];
    let turn = { session: -1, next: 0 };
    for (let i = 0; i < 400; i++) {
      if (net.role("2") === "LOOKING") {
        net.hear("2", "1", notification(voteFor("3", 99), 1, "FOLLOWING"));
        net.hear("2", "3", notification(voteFor("3", 99), 1, "LEADING"));
      }
      const session = two.sentTo("3", "followerInfo").at(-1)?.session ?? 0;
      if (turn.session !== session) turn = { session, next: 0 };
      const message = prng.chance(0.95)
        ? properWord(two, session, turn.next++)
        : randomLeaderMessage(prng, session, DRAWING.below);
      if (isTrue(message, two)) net.hear("2", "3", message);
      if (prng.chance(0.2)) net.propose("2", "p");
      if (prng.chance(0.1)) net.step("2", { kind: "readBarrier", id: i });
      if (prng.chance(0.1)) net.tick(prng.below(400));
      // What was applied stays applied.
      expect(two.applied.slice(0, furthest.length)).toEqual(furthest);
      furthest = [...two.applied];
      expect(two.disk.epochs.current).toBeLessThanOrEqual(two.disk.epochs.accepted);
    }
    expect(furthest.length).toBeGreaterThan(0); // it was not kept at the beginning
  });

  test.each(SEEDS)("that leads, seed %i", (seed) => {
    const prng = new Prng(seed);
    const net = electedLeader({
      size: 3,
      observers: 1,
      limits: {
        uncommittedBytesMax: 200,
        inflightMax: 2,
        cacheBytesMax: 100,
        proposalBytesMax: 50,
      },
    });
    const three = net.member("3");
    let ledTurns = 0;
    for (let i = 0; i < 400; i++) {
      const from = prng.pick(["1", "2", "4", "9"]);
      if (net.role("3") === "LOOKING") {
        net.hear("3", "1", notification(voteFor("3"), 1, "FOLLOWING"));
        net.hear("3", "1", { ...notification(null), ...three.sentTo("1", "notification").at(-1) });
        net.tick(250);
      }
      if (prng.chance(0.1)) net.hear("3", from, followerInfo(prng.below(5), prng.between(6, 8)));
      if (prng.chance(0.3)) for (const words of properWords(net, from)) net.hear("3", from, words);
      net.hear("3", from, randomLearnerMessage(prng, prng.between(6, 8), DRAWING.below));
      if (prng.chance(0.2)) net.propose("3", `p${i}`);
      if (prng.chance(0.1)) net.step("3", { kind: "readBarrier", id: i });
      if (prng.chance(0.1)) net.step("3", { kind: "checkpoint" });
      if (prng.chance(0.1)) net.tick(prng.below(200));
      if (prng.chance(0.02)) net.disconnect("3", from);
      net.heal();
      net.streams = [];
      if (net.zab("3").view().isLeader) ledTurns++;
    }
    expect(ledTurns).toBeGreaterThan(0);
  });

  test.each(SEEDS)("whatever it does, seed %i", (seed) => {
    const prng = new Prng(seed);
    const net = new TestNetwork({ size: 3, observers: 1, real: ["2", "4"] });
    for (let i = 0; i < 400; i++) {
      const id = prng.pick(["2", "4"]);
      const from = prng.pick(DRAWING.ids);
      if (from === id) continue;
      const session = net.member(id).sentTo(from, "followerInfo").at(-1)?.session ?? 7;
      const message = prng.chance(0.5)
        ? randomNotification(prng, DRAWING)
        : randomMessage(prng, { ...DRAWING, sessions: [6, session] });
      if (isTrue(message as LeaderMessage, net.member(id))) net.hear(id, from, message);
      if (prng.chance(0.2)) net.tick(prng.below(300));
    }
  });
});

/** What a leader would say next to a learner whose history is a prefix of its own. */
function properWord(learner: TestMember, session: number, turn: number): LeaderMessage {
  const { commit, last, term } = learner.zab.view();
  const run = runOf(turn > 3 ? term : learner.disk.log.last.term, last + 1, `x${last + 1}`);
  const proposal: LeaderMessage = { kind: "proposal", session, commit, run };
  if (turn === 0) return { kind: "leaderInfo", session, epoch: term + 1 };
  if (turn === 1) return { kind: "diff", session, why: "" };
  if (turn === 2) return proposal;
  if (turn === 3) return { kind: "newLeader", session, epoch: term };
  if (turn === 4) return { kind: "upToDate", session, commit: last };
  return turn % 2 === 0 ? proposal : { kind: "commit", session, commit: last };
}

/** What a learner with an empty log would say next. */
function properWords(net: TestNetwork, from: string): readonly LearnerMessage[] {
  const three = net.member("3");
  const info = three.sentTo(from, "leaderInfo").at(-1);
  const newLeader = three.sentTo(from, "newLeader").at(-1);
  if (info === undefined) return [];
  const session = info.session;
  if (newLeader?.session !== session) return [{ ...ackEpoch(0), session }];
  return [{ kind: "ackNewLeader", session, epoch: newLeader.epoch, through: 0 }];
}

describe("who a word is for", () => {
  test("a learner's word means nothing to a member that does not lead", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    const { sent } = net.member("2");
    const before = sent.length;
    net.hear("2", "1", ackEpoch(0));
    net.hear("2", "1", { kind: "ack", session: SESSION, epoch: 0, through: 0 });
    net.hear("2", "1", { kind: "sync", session: SESSION, id: 1 });
    expect(sent).toHaveLength(before);
    expect(net.role("2")).toBe("LOOKING");
  });

  test("a leader's word means nothing to a leader", () => {
    const net = electedLeader({ size: 3 });
    net.hear("3", "1", { kind: "leaderInfo", session: SESSION, epoch: 9 });
    net.hear("3", "1", { kind: "hangUp", session: SESSION });
    expect(net.role("3")).toBe("LEADING");
    expect(net.member("3").disk.epochs.accepted).toBe(0);
  });

  test("who introduces itself to a follower is told that it does not lead", () => {
    const net = new TestNetwork({ size: 3, real: ["2"] });
    net.hear("2", "1", notification(voteFor("3"), 1, "FOLLOWING"));
    net.hear("2", "3", notification(voteFor("3"), 1, "LEADING"));
    net.hear("2", "1", followerInfo(0, 33));
    expect(net.member("2").sentTo("1", "hangUp")).toEqual([{ kind: "hangUp", session: 33 }]);
  });
});
