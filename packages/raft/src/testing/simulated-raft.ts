import { Prng } from "@quorate/core";
import type { SimProtocol } from "@quorate/core/testing/sim";
import { raftCodec } from "../codec.ts";
import { decodeHardState } from "../hard-state.ts";
import type { RaftMessage } from "../messages.ts";
import { RAFT_LIMITS, type RaftLimits } from "../options.ts";
import { Raft } from "../raft.ts";
import { ownTermCommit } from "./own-term-commit.ts";
import { RAFT_WORDS } from "./raft-words.ts";

/** Raft for the simulator: what its messages promise, and limits small enough to be reached. */
export const simulatedRaft: SimProtocol<RaftMessage> = {
  name: "raft",
  codec: raftCodec,
  toleratesUnreliableLinks: true,
  hasObservers: false,
  handsOver: true,
  create: ({ setting, limits, ...options }) =>
    new Raft({ ...options, limits: limits ?? drawLimits(setting) }),
  ballot(hardState) {
    const { term, votedFor } = decodeHardState(hardState);
    return { term, vote: votedFor };
  },
  promise(message, to) {
    if (message.kind === "voteReply" && message.granted && !message.pre) {
      return { kind: "vote", term: message.term, candidate: to };
    }
    if (message.kind === "appendAccepted") {
      return { kind: "accepted", term: message.term, through: message.match };
    }
    return null;
  },
  limitNames: Object.keys(RAFT_LIMITS),
  words: RAFT_WORDS,
  checkers: [ownTermCommit],
};

function drawLimits(setting: number): Partial<RaftLimits> {
  const prng = new Prng(setting);
  return {
    appendBytesMax: prng.pick([200, 2_000, 1_000_000]),
    inflightMax: prng.pick([1, 4, 256]),
    inflightBytesMax: prng.pick([1_000, 1_000_000]),
    applyEntriesMax: prng.pick([1, 8, 4096]),
    trailingEntries: prng.pick([0, 5, 50]),
    cacheBytesMax: prng.pick([500, 5_000, 1_000_000]),
  };
}
