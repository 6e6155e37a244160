import { appendRun, QuorateError } from "@quorate/core";
import { describe, expect, test } from "vitest";
import { decodeHardState, raftCodec, type RaftMessage } from "../src/index.ts";
import { encodeHardState } from "../src/hard-state.ts";

const data = new TextEncoder().encode("payload");
const prev = { term: 3, index: 6 };
const run = appendRun(
  [
    { kind: "command", data },
    { kind: "noop", data: new Uint8Array(0) },
  ],
  { first: 7, term: 4, time: 1_700_000_000_000 },
);

const SAMPLES: readonly RaftMessage[] = [
  { kind: "voteRequest", term: 5, poll: "pre-vote", last: prev },
  { kind: "voteRequest", term: 5, poll: "transfer", last: prev },
  { kind: "voteReply", term: 5, pre: false, granted: true },
  { kind: "append", term: 5, prev, commit: 2 ** 40, run },
  { kind: "appendAccepted", term: 5, match: 8 },
  { kind: "appendRejected", term: 5, rejected: 9, hint: prev },
  { kind: "commit", term: 5, commit: 8 },
  { kind: "heartbeat", term: 5, commit: 8, round: 12 },
  { kind: "heartbeatReply", term: 5, round: 12 },
  { kind: "forward", term: 5, session: 77, proposals: [{ id: 1, data }] },
  { kind: "forwardAccepted", term: 5, first: 9, ids: [1, 2] },
  { kind: "forwardRejected", term: 5, ids: [3], reason: "ERR_OVERLOADED" },
  { kind: "readRequest", term: 5, session: 7, id: 4 },
  { kind: "readReply", term: 5, session: 7, id: 4, index: 9 },
  { kind: "readReply", term: 5, session: 7, id: 4, index: null },
  { kind: "timeoutNow", term: 5 },
  { kind: "forwardDeferred", term: 5, ids: [1, 2] },
];

function encoded(message: RaftMessage): Uint8Array {
  return new Uint8Array(Buffer.concat(raftCodec.encode(message)));
}

describe.each(SAMPLES.map((message) => [message.kind, message] as const))(
  "%s",
  (_kind, message) => {
    test("comes back as it was", () => {
      expect(raftCodec.decode(encoded(message))).toEqual(message);
    });

    test("is refused when cut short anywhere, with one code", () => {
      const bytes = encoded(message);
      for (let length = 0; length < bytes.length; length++) {
        let outcome: unknown = "decoded";
        try {
          raftCodec.decode(bytes.subarray(0, length));
        } catch (error) {
          outcome = error instanceof QuorateError ? error.code : error;
        }
        // An append cut between two entries is a shorter append: the frame's checksum guards that.
        const isShorterAppend = message.kind === "append" && outcome === "decoded";
        if (!isShorterAppend) expect(outcome).toBe("ERR_MALFORMED");
      }
    });

    test("is refused with bytes behind its end", () => {
      const longer = new Uint8Array([...encoded(message), 0]);
      expect(() => raftCodec.decode(longer)).toThrow(/malformed/);
    });
  },
);

// Members of two versions talk to each other while a cluster is upgraded, one member at a time.
test("what has a byte on the wire keeps it", () => {
  const kinds = SAMPLES.map((message) => [encoded(message)[0], message.kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    0: "voteRequest",
    1: "voteReply",
    2: "append",
    3: "appendAccepted",
    4: "appendRejected",
    5: "commit",
    6: "heartbeat",
    7: "heartbeatReply",
    8: "forward",
    9: "forwardAccepted",
    10: "forwardRejected",
    11: "readRequest",
    12: "readReply",
    13: "timeoutNow",
    14: "forwardDeferred",
  });
  const polls = (["election", "pre-vote", "transfer"] as const).map(
    (poll) => encoded({ kind: "voteRequest", term: 5, poll, last: prev })[7],
  );
  expect(polls).toEqual([0, 1, 2]);
});

test("a poll of another version is refused", () => {
  const bytes = encoded({ kind: "voteRequest", term: 5, poll: "transfer", last: prev });
  bytes[7] = 3;
  expect(() => raftCodec.decode(bytes)).toThrow(/unknown kind of poll/);
});

test("the run's bytes are shared, not copied", () => {
  const parts = raftCodec.encode({ kind: "append", term: 5, prev, commit: 0, run });
  expect(parts[1]).toBe(run.bytes);
});

test("an append whose entries do not follow its prev is refused", () => {
  const gap = encoded({ kind: "append", term: 5, prev: { term: 3, index: 4 }, commit: 0, run });
  expect(() => raftCodec.decode(gap)).toThrow(/does not follow/);
  const newer = encoded({ kind: "append", term: 3, prev, commit: 0, run });
  expect(() => raftCodec.decode(newer)).toThrow(/newer than its leader/);
});

test("a hard state comes back as it was, and damage is refused", () => {
  for (const votedFor of [null, "8e9e05c52164694d"]) {
    const bytes = encodeHardState({ term: 9, votedFor });
    expect(decodeHardState(bytes)).toEqual({ term: 9, votedFor });
    expect(() => decodeHardState(bytes.subarray(1))).toThrow(/malformed/);
  }
});
