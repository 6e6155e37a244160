import type { GroupView, Position, Trace } from "@quorate/core";
import { formatPositions, formatRange, type ProtocolWords } from "@quorate/core/testing/sim";
import type { History } from "../discovery/history.ts";
import type { Vote } from "../election/vote.ts";
import { decodeEpochs } from "../epochs.ts";
import type { ZabMessage } from "../messages.ts";

/**
 * ZAB in words. Messages have their names in capitals, as ZooKeeper's packets do; `1/3` is the entry at
 * index 3, of epoch 1. Sessions are left out: a transcript shows whose they are.
 */
export const ZAB_WORDS: ProtocolWords<ZabMessage> = {
  term: "epoch",
  message: (message) => [message.kind.toUpperCase(), ...factsOf(message)].join(" "),
  isHeartbeat: ({ kind }) => kind === "ping" || kind === "pong",
  hardState(bytes) {
    const { accepted, current } = decodeEpochs(bytes);
    return `accepted epoch ${accepted}, current epoch ${current}`;
  },
  trace: ({ name, facts }) => (TRACES[name] ?? unworded(name))(facts),
  member,
};

function factsOf(message: ZabMessage): string[] {
  switch (message.kind) {
    case "notification":
      return [message.state, `round ${message.round},`, wordVote(message.vote)];
    case "followerInfo":
      return [`accepted epoch ${message.acceptedEpoch}`];
    case "leaderInfo":
    case "newLeader":
      return [`epoch ${message.epoch}`];
    case "ackEpoch": {
      const { currentEpoch, history } = message;
      const counted = currentEpoch === null ? "not to be counted" : `current epoch ${currentEpoch}`;
      return [`${counted}, has ${wordHistory(history)}`];
    }
    case "diff":
      return [`because ${message.why}`];
    case "trunc": {
      const { through, diff, why } = message;
      return [`to ${wordPosition(through)}${diff ? ", DIFF follows" : ""}, because ${why}`];
    }
    case "snap":
      return [`at ${message.index} or later, because ${message.why}`];
    case "snapInstalled":
      return [`has ${wordHistory(message.history)}`];
    case "ackNewLeader":
    case "ack":
      return [`epoch ${message.epoch}, durable through ${message.through}`];
    case "upToDate":
      return [`committed through ${message.commit}`];
    case "commit":
      return [`through ${message.commit}`];
    case "proposal": {
      const { run, commit } = message;
      const entries = formatPositions(run.entries);
      return [commit === 0 ? entries : `${entries}, committed through ${commit}`];
    }
    case "inform":
      return [formatPositions(message.run.entries)];
    case "ping":
      return [`read round ${message.round}`];
    case "pong":
      return [`read round ${message.round}, durable through ${message.through}`];
    case "request":
      return [count(message.proposals)];
    case "requestAccepted":
      return [`${count(message.ids)} from ${message.first} on`];
    case "requestRejected":
      return [`${count(message.ids)}, ${message.reason}`];
    case "sync":
      return [`barrier ${message.id}`];
    case "syncReply":
      return [`barrier ${message.id}, may be read at ${message.index}`];
    case "hangUp":
      return [];
  }
}

type Facts = Trace["facts"];

const TRACES: Readonly<Record<string, (facts: Facts) => string | null>> = {
  looking: ({ round, why }) => `looks for a leader in round ${round}: ${why}`,
  elected: ({ leader, round }) => `elects ${leader} in round ${round}`,
  "epoch-proposed": ({ epoch }) => `proposes epoch ${epoch}`,
  "epoch-promised": ({ epoch }) => `is promised epoch ${epoch} by a quorum`,
  synchronizing: ({ to, mode, why }) => `synchronizes ${to} by ${mode}: ${why}`,
  "learner-dropped": ({ learner, why }) => `drops ${learner}: ${why}`,
  storage: ({ state }) => `finds its disk ${state}`,
  // The member leads, or follows, in the same turn.
  established: () => null,
  synchronized: () => null,
};

/** A trace that is new here is not passed over. */
function unworded(name: string): (facts: Facts) => string {
  return (facts) => `${name} ${JSON.stringify(facts)}`;
}

function member({ role, leader, self, details }: GroupView): string {
  const { zabState, acceptedEpoch, currentEpoch, electionRound, syncMode, syncWhy } = details;
  const whom = leader === null || leader === self ? "" : ` ${leader}`;
  const phase = zabState === "ELECTION" ? `round ${electionRound}` : zabState;
  const epochs =
    acceptedEpoch === currentEpoch
      ? `epoch ${currentEpoch}`
      : `accepted epoch ${acceptedEpoch}, current epoch ${currentEpoch}`;
  const mode = syncMode === null ? "" : `, by ${syncMode} because ${syncWhy}`;
  return `${role}${whom}, ${phase}, ${epochs}${mode}`;
}

function wordVote(vote: Vote | null): string {
  if (vote === null) return "votes for nobody";
  const { leader, epoch, last } = vote;
  return `votes for ${leader} (epoch ${epoch}, ${last.index === 0 ? "no entry" : `last ${wordPosition(last)}`})`;
}

function wordHistory({ base, epochs, last }: History): string {
  const ranges = epochs.map(({ term, from }, i) => {
    const through = (epochs[i + 1]?.from ?? last.index + 1) - 1;
    return formatRange(term, Math.max(from, base.index + 1), through);
  });
  if (ranges.length === 0)
    return last.index === 0 ? "nothing" : `nothing behind ${wordPosition(last)}`;
  return base.index === 0 ? ranges.join(" ") : `${ranges.join(" ")} behind ${wordPosition(base)}`;
}

function wordPosition({ term, index }: Position): string {
  return index === 0 ? "nothing" : `${term}/${index}`;
}

function count(proposals: readonly unknown[]): string {
  return proposals.length === 1 ? "1 proposal" : `${proposals.length} proposals`;
}
