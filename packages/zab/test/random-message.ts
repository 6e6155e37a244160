import type { EntryRun, Prng } from "@quorate/core";
import type { History } from "../src/discovery/history.ts";
import type {
  HangUp,
  FollowerInfo,
  LeaderMessage,
  LearnerMessage,
  Notification,
} from "../src/messages.ts";
import type { ZabMessage } from "../src/index.ts";
import { runOf } from "./test-member.ts";

/** What a random message draws its fields from: small worlds make members meet each other's words. */
export interface Drawing {
  readonly ids: readonly string[];
  readonly sessions: readonly number[];
  /** Epochs, indices and rounds lie below this. */
  readonly below: number;
}

const WIDE: Drawing = { ids: ["1", "2", "33", ""], sessions: [0, 7, 2 ** 40], below: 2 ** 31 };

/** Any message. */
export function randomMessage(prng: Prng, drawing: Drawing = WIDE): ZabMessage {
  const session = prng.pick(drawing.sessions);
  const acceptedEpoch = prng.below(drawing.below);
  const opening: readonly (FollowerInfo | HangUp)[] = [
    { kind: "followerInfo", session, acceptedEpoch },
    { kind: "hangUp", session },
  ];
  switch (prng.below(6)) {
    case 0:
      return randomNotification(prng, drawing);
    case 1:
      return prng.pick(opening);
    case 2:
    case 3:
      return randomLeaderMessage(prng, session, drawing.below);
    default:
      return randomLearnerMessage(prng, session, drawing.below);
  }
}

export function randomNotification(prng: Prng, { ids, below }: Drawing): Notification {
  const last = { term: prng.below(below), index: prng.below(below) };
  const vote = { leader: prng.pick(ids), epoch: prng.below(below), last };
  return {
    kind: "notification",
    state: prng.pick(["LOOKING", "FOLLOWING", "LEADING", "OBSERVING"]),
    round: prng.below(below),
    vote: prng.chance(0.1) ? null : vote,
  };
}

export function randomLeaderMessage(prng: Prng, session: number, below: number): LeaderMessage {
  const n = (): number => prng.below(below);
  const messages: readonly (() => LeaderMessage)[] = [
    () => ({ kind: "leaderInfo", session, epoch: n() }),
    () => ({ kind: "diff", session, why: "d" }),
    () => ({ kind: "trunc", session, why: "t", through: { term: n(), index: n() }, diff: n() > 0 }),
    () => ({ kind: "snap", session, why: "s", index: n() }),
    () => ({ kind: "proposal", session, commit: n(), run: randomRun(prng, below) }),
    () => ({ kind: "newLeader", session, epoch: n() }),
    () => ({ kind: "upToDate", session, commit: n() }),
    () => ({ kind: "commit", session, commit: n() }),
    () => ({ kind: "inform", session, run: randomRun(prng, below) }),
    () => ({ kind: "ping", session, round: n() }),
    () => ({ kind: "requestAccepted", session, first: n(), ids: [n(), n()] }),
    () => ({ kind: "requestRejected", session, reason: "ERR_OVERLOADED", ids: [n()] }),
    () => ({ kind: "syncReply", session, id: n(), index: n() }),
  ];
  return prng.pick(messages)();
}

export function randomLearnerMessage(prng: Prng, session: number, below: number): LearnerMessage {
  const n = (): number => prng.below(below);
  const currentEpoch = prng.chance(0.3) ? null : n();
  const messages: readonly (() => LearnerMessage)[] = [
    () => ({ kind: "ackEpoch", session, currentEpoch, history: randomHistory(prng, below) }),
    () => ({ kind: "snapInstalled", session, history: randomHistory(prng, below) }),
    () => ({ kind: "ackNewLeader", session, epoch: n(), through: n() }),
    () => ({ kind: "ack", session, epoch: n(), through: n() }),
    () => ({ kind: "pong", session, round: n(), through: n() }),
    () => ({ kind: "request", session, proposals: [{ id: n(), data: new Uint8Array(n() % 40) }] }),
    () => ({ kind: "sync", session, id: n() }),
  ];
  return prng.pick(messages)();
}

function randomRun(prng: Prng, below: number): EntryRun {
  const texts = Array.from({ length: prng.between(0, 3) }, () => "x".repeat(prng.below(9)));
  return runOf(prng.below(below), prng.between(1, below), ...texts);
}

/** Not always one that a log could have. */
function randomHistory(prng: Prng, below: number): History {
  const n = (): number => prng.below(below);
  const epochs = Array.from({ length: prng.below(4) }, () => ({ term: n(), from: n() }));
  return { base: { term: n(), index: n() }, epochs, last: { term: n(), index: n() } };
}
