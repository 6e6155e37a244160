import { Prng } from "@quorate/core";
import type { SimProtocol } from "@quorate/core/testing/sim";
import { zabCodec } from "../codec.ts";
import { decodeEpochs } from "../epochs.ts";
import type { ZabMessage } from "../messages.ts";
import { ZAB_LIMITS, type ZabLimits, type ZabTimes } from "../options.ts";
import { Zab } from "../zab.ts";
import { ZAB_INVARIANTS } from "./invariants/index.ts";
import { ZAB_WORDS } from "./zab-words.ts";

/** ZAB for the simulator: what its messages promise, and limits small enough to be reached. */
export const simulatedZab: SimProtocol<ZabMessage> = {
  name: "zab",
  codec: zabCodec,
  toleratesUnreliableLinks: false,
  hasObservers: true,
  handsOver: false,
  create: ({ setting, limits, electionMillis, heartbeatMillis, ...options }) =>
    new Zab({
      ...options,
      times: times(electionMillis, heartbeatMillis),
      limits: limits ?? drawLimits(setting),
    }),
  ballot(hardState) {
    return { term: decodeEpochs(hardState).accepted, vote: null };
  },
  promise(message) {
    if (message.kind !== "ack" && message.kind !== "ackNewLeader") return null;
    return { kind: "accepted", term: message.epoch, through: message.through };
  },
  limitNames: Object.keys(ZAB_LIMITS),
  words: ZAB_WORDS,
  checkers: ZAB_INVARIANTS,
};

function times(electionMillis: number, heartbeatMillis: number): ZabTimes {
  return {
    pingMillis: heartbeatMillis,
    initMillis: electionMillis * 3,
    syncMillis: electionMillis,
    finalizeWaitMillis: Math.ceil(electionMillis / 10),
    notificationMillisMin: Math.ceil(electionMillis / 5),
    notificationMillisMax: electionMillis * 4,
  };
}

function drawLimits(setting: number): Partial<ZabLimits> {
  const prng = new Prng(setting);
  return {
    proposalBytesMax: prng.pick([200, 2_000, 1_000_000]),
    inflightMax: prng.pick([1, 4, 256]),
    inflightBytesMax: prng.pick([1_000, 1_000_000]),
    applyEntriesMax: prng.pick([1, 8, 4096]),
    trailingEntries: prng.pick([0, 5, 50]),
    cacheBytesMax: prng.pick([500, 5_000, 1_000_000]),
    diffEntriesMax: prng.pick([10, 100, 100_000]),
    counterMax: prng.pick([40, 0xffff_ffff, 0xffff_ffff]),
  };
}
