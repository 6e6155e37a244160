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
import type { History } from "./discovery/history.ts";
import type { Vote } from "./election/vote.ts";
import type { Notification, ServerState, ZabMessage } from "./messages.ts";

const KINDS: readonly ZabMessage["kind"][] = [
  "notification",
  "followerInfo",
  "leaderInfo",
  "ackEpoch",
  "diff",
  "trunc",
  "snap",
  "snapInstalled",
  "newLeader",
  "ackNewLeader",
  "upToDate",
  "proposal",
  "ack",
  "commit",
  "inform",
  "ping",
  "pong",
  "request",
  "requestAccepted",
  "requestRejected",
  "sync",
  "syncReply",
  "hangUp",
];

/** The numbers that ZooKeeper gives them on the wire. */
const STATES: readonly ServerState[] = ["LOOKING", "FOLLOWING", "LEADING", "OBSERVING"];

type SessionMessage = Exclude<ZabMessage, Notification>;

/**
 * ZAB's wire format between our own members: a byte for the kind, the session where there is one, then
 * the fields in the order of their declaration. Java's QuorumPackets have no place for dense indices
 * and epochs of a history, so the two do not mix.
 */
export const zabCodec: MessageCodec<ZabMessage> = { encode, decode };

function encode(message: ZabMessage): readonly Uint8Array[] {
  const writer = new ByteWriter(48).u8(KINDS.indexOf(message.kind));
  if (message.kind === "notification") {
    writer.u8(STATES.indexOf(message.state)).u48(message.round);
    return [writeVote(writer, message.vote).finish()];
  }
  return encodeOfSession(writer.u48(message.session), message);
}

function encodeOfSession(writer: ByteWriter, message: SessionMessage): readonly Uint8Array[] {
  switch (message.kind) {
    case "followerInfo":
      return [writer.u48(message.acceptedEpoch).finish()];
    case "leaderInfo":
    case "newLeader":
      return [writer.u48(message.epoch).finish()];
    case "ackEpoch": {
      const { currentEpoch, history } = message;
      writer.bool(currentEpoch !== null).u48(currentEpoch ?? 0);
      return [writeHistory(writer, history).finish()];
    }
    case "diff":
      return [writer.string(message.why).finish()];
    case "trunc":
      writePosition(writer.string(message.why), message.through);
      return [writer.bool(message.diff).finish()];
    case "snap":
      return [writer.string(message.why).u48(message.index).finish()];
    case "snapInstalled":
      return [writeHistory(writer, message.history).finish()];
    case "ackNewLeader":
    case "ack":
      return [writer.u48(message.epoch).u48(message.through).finish()];
    case "upToDate":
    case "commit":
      return [writer.u48(message.commit).finish()];
    case "proposal":
      // The run's own bytes: encoded once, shared by all learners and the log.
      return [writer.u48(message.commit).finish(), message.run.bytes];
    case "inform":
      return [writer.finish(), message.run.bytes];
    case "ping":
      return [writer.u48(message.round).finish()];
    case "pong":
      return [writer.u48(message.round).u48(message.through).finish()];
    case "request":
      return [writeProposals(writer, message.proposals).finish()];
    case "requestAccepted":
      return [writeRequestIds(writer.u48(message.first), message.ids).finish()];
    case "requestRejected":
      return [writeRequestIds(writeReason(writer, message.reason), message.ids).finish()];
    case "sync":
      return [writer.u48(message.id).finish()];
    case "syncReply":
      return [writer.u48(message.id).u48(message.index).finish()];
    case "hangUp":
      return [writer.finish()];
  }
}

function decode(bytes: Uint8Array): ZabMessage {
  const reader = new ByteReader(bytes, "ZAB message");
  const kind = KINDS[reader.u8()];
  if (kind === undefined) throw reader.malformed("unknown kind of message");
  const message =
    kind === "notification"
      ? decodeNotification(reader)
      : decodeOfSession(reader, kind, reader.u48());
  reader.end();
  return message;
}

function decodeNotification(reader: ByteReader): Notification {
  const state = STATES[reader.u8()];
  if (state === undefined) throw reader.malformed("unknown server state");
  return { kind: "notification", state, round: reader.u48(), vote: readVote(reader) };
}

function decodeOfSession(
  reader: ByteReader,
  kind: SessionMessage["kind"],
  session: number,
): SessionMessage {
  switch (kind) {
    case "followerInfo":
      return { kind, session, acceptedEpoch: reader.u48() };
    case "leaderInfo":
    case "newLeader":
      return { kind, session, epoch: reader.u48() };
    case "ackEpoch": {
      const isCounted = reader.bool();
      const epoch = reader.u48();
      const history = readHistory(reader);
      return { kind, session, currentEpoch: isCounted ? epoch : null, history };
    }
    case "diff":
      return { kind, session, why: reader.string() };
    case "trunc": {
      const why = reader.string();
      return { kind, session, why, through: readPosition(reader), diff: reader.bool() };
    }
    case "snap":
      return { kind, session, why: reader.string(), index: reader.u48() };
    case "snapInstalled":
      return { kind, session, history: readHistory(reader) };
    case "ackNewLeader":
    case "ack":
      return { kind, session, epoch: reader.u48(), through: reader.u48() };
    case "upToDate":
    case "commit":
      return { kind, session, commit: reader.u48() };
    case "proposal":
      return { kind, session, commit: reader.u48(), run: decodeRun(reader.rest()) };
    case "inform":
      return { kind, session, run: decodeRun(reader.rest()) };
    case "ping":
      return { kind, session, round: reader.u48() };
    case "pong":
      return { kind, session, round: reader.u48(), through: reader.u48() };
    case "request":
      return { kind, session, proposals: readProposals(reader) };
    case "requestAccepted":
      return { kind, session, first: reader.u48(), ids: readRequestIds(reader) };
    case "requestRejected":
      return { kind, session, reason: readReason(reader), ids: readRequestIds(reader) };
    case "sync":
      return { kind, session, id: reader.u48() };
    case "syncReply":
      return { kind, session, id: reader.u48(), index: reader.u48() };
    case "hangUp":
      return { kind, session };
  }
}

function writeVote(writer: ByteWriter, vote: Vote | null): ByteWriter {
  writer.bool(vote !== null);
  if (vote === null) return writer;
  return writePosition(writer.string(vote.leader).u48(vote.epoch), vote.last);
}

function readVote(reader: ByteReader): Vote | null {
  if (!reader.bool()) return null;
  return { leader: reader.string(), epoch: reader.u48(), last: readPosition(reader) };
}

function writeHistory(writer: ByteWriter, { base, epochs, last }: History): ByteWriter {
  writePosition(writePosition(writer, base), last).u32(epochs.length);
  for (const { term, from } of epochs) writer.u48(term).u48(from);
  return writer;
}

function readHistory(reader: ByteReader): History {
  const base = readPosition(reader);
  const last = readPosition(reader);
  const epochs: { term: number; from: number }[] = [];
  for (let left = reader.count(12); left > 0; left--) {
    epochs.push({ term: reader.u48(), from: reader.u48() });
  }
  return { base, epochs, last };
}
