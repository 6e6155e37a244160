import {
  ByteReader,
  ByteWriter,
  decodeRun,
  readPosition,
  readProposals,
  readReason,
  readRequestIds,
  writePosition,
  writeProposals,
  writeReason,
  writeRequestIds,
  type MessageCodec,
} from "@quorate/core";
import type { Poll, RaftMessage } from "./messages.ts";

/** The byte on the wire is the place in these lists: append, never reorder. */
const KINDS: readonly RaftMessage["kind"][] = [
  "voteRequest",
  "voteReply",
  "append",
  "appendAccepted",
  "appendRejected",
  "commit",
  "heartbeat",
  "heartbeatReply",
  "forward",
  "forwardAccepted",
  "forwardRejected",
  "readRequest",
  "readReply",
  "timeoutNow",
  "forwardDeferred",
];
const POLLS: readonly Poll[] = ["election", "pre-vote", "transfer"];

/**
 * Raft's wire format: a byte for the kind, the term, then the fields in the order of their
 * declaration. Encoder and decoder list the messages in the same order.
 */
export const raftCodec: MessageCodec<RaftMessage> = { encode, decode };

function encode(message: RaftMessage): readonly Uint8Array[] {
  const writer = new ByteWriter(48).u8(KINDS.indexOf(message.kind)).u48(message.term);
  switch (message.kind) {
    case "voteRequest":
      return [writePosition(writer.u8(POLLS.indexOf(message.poll)), message.last).finish()];
    case "voteReply":
      return [writer.bool(message.pre).bool(message.granted).finish()];
    case "append":
      // The run's own bytes: encoded once, shared by all followers and the log.
      return [writePosition(writer, message.prev).u48(message.commit).finish(), message.run.bytes];
    case "appendAccepted":
      return [writer.u48(message.match).finish()];
    case "appendRejected":
      return [writePosition(writer.u48(message.rejected), message.hint).finish()];
    case "commit":
      return [writer.u48(message.commit).finish()];
    case "heartbeat":
      return [writer.u48(message.commit).u48(message.round).finish()];
    case "heartbeatReply":
      return [writer.u48(message.round).finish()];
    case "forward":
      return [writeProposals(writer.u48(message.session), message.proposals).finish()];
    case "forwardAccepted":
      return [writeRequestIds(writer.u48(message.first), message.ids).finish()];
    case "forwardRejected":
      return [writeRequestIds(writeReason(writer, message.reason), message.ids).finish()];
    case "readRequest":
      return [writer.u48(message.session).u48(message.id).finish()];
    case "readReply":
      writer
        .u48(message.session)
        .u48(message.id)
        .bool(message.index !== null);
      return [(message.index === null ? writer : writer.u48(message.index)).finish()];
    case "timeoutNow":
      return [writer.finish()];
    case "forwardDeferred":
      return [writeRequestIds(writer, message.ids).finish()];
  }
}

function decode(bytes: Uint8Array): RaftMessage {
  const reader = new ByteReader(bytes, "Raft message");
  const kind = KINDS[reader.u8()];
  if (kind === undefined) throw reader.malformed("unknown kind of message");
  const message = decodeBody(reader, kind, reader.u48());
  reader.end();
  return message;
}

function decodeBody(reader: ByteReader, kind: RaftMessage["kind"], term: number): RaftMessage {
  switch (kind) {
    case "voteRequest":
      return { kind, term, poll: readPoll(reader), last: readPosition(reader) };
    case "voteReply":
      return { kind, term, pre: reader.bool(), granted: reader.bool() };
    case "append":
      return decodeAppend(reader, term);
    case "appendAccepted":
      return { kind, term, match: reader.u48() };
    case "appendRejected":
      return { kind, term, rejected: reader.u48(), hint: readPosition(reader) };
    case "commit":
      return { kind, term, commit: reader.u48() };
    case "heartbeat":
      return { kind, term, commit: reader.u48(), round: reader.u48() };
    case "heartbeatReply":
      return { kind, term, round: reader.u48() };
    case "forward":
      return { kind, term, session: reader.u48(), proposals: readProposals(reader) };
    case "forwardAccepted":
      return { kind, term, first: reader.u48(), ids: readRequestIds(reader) };
    case "forwardRejected":
      return { kind, term, reason: readReason(reader), ids: readRequestIds(reader) };
    case "readRequest":
      return { kind, term, session: reader.u48(), id: reader.u48() };
    case "readReply":
      return {
        kind,
        term,
        session: reader.u48(),
        id: reader.u48(),
        index: reader.bool() ? reader.u48() : null,
      };
    case "timeoutNow":
      return { kind, term };
    case "forwardDeferred":
      return { kind, term, ids: readRequestIds(reader) };
  }
}

function readPoll(reader: ByteReader): Poll {
  const poll = POLLS[reader.u8()];
  if (poll === undefined) throw reader.malformed("unknown kind of poll");
  return poll;
}

function decodeAppend(reader: ByteReader, term: number): RaftMessage {
  const prev = readPosition(reader);
  const commit = reader.u48();
  const run = decodeRun(reader.rest());
  const first = run.entries[0];
  if (first !== undefined && (first.index !== prev.index + 1 || first.term < prev.term)) {
    throw reader.malformed(`entry ${first.index} does not follow ${prev.index}`);
  }
  if ((run.entries.at(-1)?.term ?? prev.term) > term) {
    throw reader.malformed("an entry is newer than its leader");
  }
  return { kind: "append", term, prev, commit, run };
}
