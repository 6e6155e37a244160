import { ORIGIN, Prng, QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { zabCodec, type ZabMessage } from "../src/index.ts";
import { randomMessage } from "./random-message.ts";
import { runOf } from "./test-member.ts";

const data = new TextEncoder().encode("payload");
const position = { term: 2 ** 33, index: 2 ** 40 };
const run = runOf(4, 7, "first", "");
const history = {
  base: { term: 1, index: 6 },
  epochs: [
    { term: 2, from: 7 },
    { term: 4, from: 9 },
  ],
  last: { term: 4, index: 12 },
};
const vote = { leader: "12", epoch: 5, last: position };

const SAMPLES: readonly ZabMessage[] = [
  { kind: "notification", state: "LOOKING", round: 3, vote },
  { kind: "notification", state: "FOLLOWING", round: 3, vote },
  { kind: "notification", state: "LEADING", round: 2 ** 47, vote },
  { kind: "notification", state: "OBSERVING", round: 0, vote: null },
  { kind: "followerInfo", session: 2 ** 32, acceptedEpoch: 9 },
  { kind: "leaderInfo", session: 7, epoch: 10 },
  { kind: "ackEpoch", session: 7, currentEpoch: 8, history },
  { kind: "ackEpoch", session: 7, currentEpoch: 0, history },
  { kind: "ackEpoch", session: 7, currentEpoch: null, history },
  {
    kind: "ackEpoch",
    session: 7,
    currentEpoch: 0,
    history: { base: ORIGIN, epochs: [], last: ORIGIN },
  },
  { kind: "diff", session: 7, why: "it lacks 1 entry — 只有一个" },
  { kind: "trunc", session: 7, why: "", through: position, diff: true },
  { kind: "trunc", session: 7, why: "", through: ORIGIN, diff: false },
  { kind: "snap", session: 7, why: "it ends before", index: 100 },
  { kind: "snapInstalled", session: 7, history },
  { kind: "newLeader", session: 7, epoch: 10 },
  { kind: "ackNewLeader", session: 7, epoch: 10, through: 12 },
  { kind: "upToDate", session: 7, commit: 12 },
  { kind: "proposal", session: 7, commit: 6, run },
  { kind: "ack", session: 7, epoch: 10, through: 8 },
  { kind: "commit", session: 7, commit: 8 },
  { kind: "inform", session: 7, run },
  { kind: "ping", session: 7, round: 5 },
  { kind: "pong", session: 7, round: 5, through: 8 },
  {
    kind: "request",
    session: 7,
    proposals: [
      { id: 1, data },
      { id: 2, data: new Uint8Array(0) },
    ],
  },
  { kind: "request", session: 7, proposals: [] },
  { kind: "requestAccepted", session: 7, first: 9, ids: [1, 2] },
  { kind: "requestRejected", session: 7, reason: "ERR_NO_LEADER", ids: [3] },
  { kind: "requestRejected", session: 7, reason: "ERR_NOT_LEADER", ids: [3] },
  { kind: "requestRejected", session: 7, reason: "ERR_OVERLOADED", ids: [3] },
  { kind: "requestRejected", session: 7, reason: "ERR_STORAGE_FULL", ids: [] },
  { kind: "sync", session: 7, id: 4 },
  { kind: "syncReply", session: 7, id: 4, index: 9 },
  { kind: "hangUp", session: 7 },
];

function encoded(message: ZabMessage): Uint8Array {
  return new Uint8Array(Buffer.concat(zabCodec.encode(message)));
}

/** The code of the error, or what was decoded. */
function outcome(bytes: Uint8Array): unknown {
  try {
    return zabCodec.decode(bytes);
  } catch (error) {
    return error instanceof QuorateError ? error.code : error;
  }
}

describe.each(SAMPLES.map((message) => [message.kind, message] as const))(
  "%s",
  (_kind, message) => {
    test("comes back as it was", () => {
      expect(zabCodec.decode(encoded(message))).toEqual(message);
    });

    test("is refused when cut short anywhere, with one code", () => {
      const bytes = encoded(message);
      const runs = message.kind === "proposal" || message.kind === "inform";
      for (let length = 0; length < bytes.length; length++) {
        const found = outcome(bytes.subarray(0, length));
        // A run cut between two entries is a shorter run: the frame's checksum guards that.
        if (runs && typeof found === "object") expect(found).toMatchObject({ kind: message.kind });
        else expect(found, `${length} of ${bytes.length} bytes`).toBe("ERR_MALFORMED");
      }
    });

    test("is refused with bytes behind its end", () => {
      expect(outcome(new Uint8Array([...encoded(message), 0]))).toBe("ERR_MALFORMED");
    });
  },
);

test("every kind has a sample", () => {
  const kinds = new Set(SAMPLES.map(({ kind }) => kind));
  for (let kind = 0; kind < 256; kind++) {
    const bytes = new Uint8Array(200);
    bytes[0] = kind;
    const found = outcome(bytes);
    if (found !== "ERR_MALFORMED") expect(found).toMatchObject({ kind: expect.any(String) });
    else expect(() => zabCodec.decode(bytes)).toThrow(/unknown kind|too many|state|cut off|index/);
  }
  expect(kinds.size).toBe(23);
});

test("a run's bytes are shared by all who get it, not copied", () => {
  for (const message of [
    { kind: "proposal", session: 7, commit: 0, run },
    { kind: "inform", session: 7, run },
  ] as const) {
    expect(zabCodec.encode(message)[1]).toBe(run.bytes);
  }
});

test("a count of items that cannot follow is refused before anything is allocated", () => {
  const head = encoded({ kind: "request", session: 7, proposals: [] });
  new DataView(head.buffer).setUint32(head.length - 4, 0xffff_ffff);
  expect(() => zabCodec.decode(head)).toThrow(/4294967295 items cannot follow/);
});

describe("whatever members say", () => {
  const prng = new Prng(2024);
  const messages = Array.from({ length: 2000 }, () => randomMessage(prng));

  test("comes back as it was", () => {
    for (const message of messages) expect(zabCodec.decode(encoded(message))).toEqual(message);
  });

  test("damaged in any byte, is another message or malformed, and nothing else", () => {
    for (const message of messages) {
      const bytes = encoded(message);
      for (let flips = 0; flips < 8; flips++) {
        const damaged = bytes.slice();
        const at = prng.below(damaged.length);
        damaged[at] = prng.below(256);
        const found = outcome(damaged);
        if (found !== "ERR_MALFORMED") expect(found).toMatchObject({ kind: expect.any(String) });
      }
    }
  });

  test("random bytes are malformed, or by chance a message", () => {
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: prng.below(60) }, () => prng.below(256));
      if (bytes.length > 0 && prng.chance(0.9)) bytes[0] = prng.below(24);
      const found = outcome(bytes);
      if (found !== "ERR_MALFORMED") expect(found).toMatchObject({ kind: expect.any(String) });
    }
  });
});
