import type { GroupView, Position, Trace } from "@quorate/core";
import { formatPositions, type ProtocolWords } from "@quorate/core/testing/sim";
import { decodeHardState } from "../hard-state.ts";
import type { Poll, RaftMessage } from "../messages.ts";

/** Raft in words. Messages have the names of `messages.ts`; `1/3` is the entry at index 3, of term 1. */
export const RAFT_WORDS: ProtocolWords<RaftMessage> = {
  term: "term",
  message: (message) => `${message.kind} term ${message.term}, ${factsOf(message)}`,
  isHeartbeat: ({ kind }) => kind === "heartbeat" || kind === "heartbeatReply",
  hardState(bytes) {
    const { term, votedFor } = decodeHardState(bytes);
    return `term ${term}, ${votedFor === null ? "no vote" : `vote for ${votedFor}`}`;
  },
  trace: ({ name, facts }) => (TRACES[name] ?? unworded(name))(facts),
  member,
};

function factsOf(message: RaftMessage): string {
  switch (message.kind) {
    case "voteRequest":
      return `${POLLS[message.poll]}log ends at ${wordPosition(message.last)}`;
    case "voteReply":
      return `${message.pre ? "pre-vote, " : ""}${message.granted ? "granted" : "refused"}`;
    case "append": {
      const { run, prev, commit } = message;
      return `${formatPositions(run.entries)} behind ${wordPosition(prev)}, committed through ${commit}`;
    }
    case "appendAccepted":
      return `through ${message.match}`;
    case "appendRejected":
      return `nothing to follow at ${message.rejected}, try ${wordPosition(message.hint)}`;
    case "commit":
      return `through ${message.commit}`;
    case "heartbeat":
      return `committed through ${message.commit}, read round ${message.round}`;
    case "heartbeatReply":
      return `read round ${message.round}`;
    case "forward":
      return count(message.proposals);
    case "forwardAccepted":
      return `${count(message.ids)} from ${message.first} on`;
    case "forwardRejected":
      return `${count(message.ids)}, ${message.reason}`;
    case "timeoutNow":
      return "campaign at once";
    case "forwardDeferred":
      return count(message.ids);
    case "readRequest":
      return `barrier ${message.id}`;
    case "readReply": {
      const { id, index } = message;
      return `barrier ${id}, ${index === null ? "not confirmed" : `may be read at ${index}`}`;
    }
  }
}

const POLLS: Readonly<Record<Poll, string>> = {
  election: "",
  "pre-vote": "pre-vote, ",
  transfer: "leadership handed over, ",
};

type Facts = Trace["facts"];

const TRACES: Readonly<Record<string, (facts: Facts) => string | null>> = {
  follower: ({ leader, term }) => (leader === null ? `follows nobody in term ${term}` : null),
  "pre-candidate": () => "asks whether it would be elected",
  candidate: ({ term }) => `campaigns for term ${term}`,
  leader: ({ term, last }) => `is elected for term ${term}; its log ends at ${last}`,
  transfer: ({ to }) => `hands leadership to ${to}`,
  "transfer-expired": ({ to }) => `has waited in vain for ${to} to take over`,
  "quorum-lost": () => "has heard no quorum",
  "snapshot-offered": ({ to, index }) => `offers ${to} its snapshot at ${index}`,
  "snapshot-sent": ({ to, index, delivered }) =>
    `has ${delivered === true ? "sent" : "failed to send"} ${to} its snapshot at ${index}`,
  storage: ({ state }) => `finds its disk ${state}`,
};

/** A trace that is new here is not passed over. */
function unworded(name: string): (facts: Facts) => string {
  return (facts) => `${name} ${JSON.stringify(facts)}`;
}

function member({ role, leader, self, term }: GroupView): string {
  const whom = leader === null || leader === self ? "" : ` of ${leader}`;
  return `${role}${whom}, term ${term}`;
}

function wordPosition({ term, index }: Position): string {
  return index === 0 ? "nothing" : `${term}/${index}`;
}

function count(proposals: readonly unknown[]): string {
  return proposals.length === 1 ? "1 proposal" : `${proposals.length} proposals`;
}
