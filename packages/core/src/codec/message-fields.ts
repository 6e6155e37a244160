import type { RejectReason } from "../effect.ts";
import type { Proposal } from "../event.ts";
import type { RequestId } from "../ids.ts";
import type { Position } from "../position.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** The byte on the wire is the place in this list: append, never reorder. */
const REASONS: readonly RejectReason[] = [
  "ERR_NO_LEADER",
  "ERR_NOT_LEADER",
  "ERR_OVERLOADED",
  "ERR_STORAGE_FULL",
];

/** Twelve bytes: term, then index. Read by {@link readPosition}. */
export function writePosition(writer: ByteWriter, { term, index }: Position): ByteWriter {
  return writer.u48(term).u48(index);
}

/** @throws ERR_MALFORMED when fewer bytes are left. */
export function readPosition(reader: ByteReader): Position {
  return { term: reader.u48(), index: reader.u48() };
}

/** What a member passes on to its leader: a count, then id and data of each. */
export function writeProposals(writer: ByteWriter, proposals: readonly Proposal[]): ByteWriter {
  writer.u32(proposals.length);
  for (const { id, data } of proposals) writer.u48(id).bytes(data);
  return writer;
}

/** @throws ERR_MALFORMED when the count is more than the bytes that are left can hold. */
export function readProposals(reader: ByteReader): readonly Proposal[] {
  const proposals: Proposal[] = [];
  for (let left = reader.count(10); left > 0; left--) {
    proposals.push({ id: reader.u48(), data: reader.bytes() });
  }
  return proposals;
}

/** The requests that a leader's answer is about: a count, then the ids. */
export function writeRequestIds(writer: ByteWriter, ids: readonly RequestId[]): ByteWriter {
  writer.u32(ids.length);
  for (const id of ids) writer.u48(id);
  return writer;
}

/** @throws ERR_MALFORMED when the count is more than the bytes that are left can hold. */
export function readRequestIds(reader: ByteReader): readonly RequestId[] {
  const ids: RequestId[] = [];
  for (let left = reader.count(6); left > 0; left--) ids.push(reader.u48());
  return ids;
}

/** One byte. */
export function writeReason(writer: ByteWriter, reason: RejectReason): ByteWriter {
  return writer.u8(REASONS.indexOf(reason));
}

/** @throws ERR_MALFORMED on a byte that stands for no reason. */
export function readReason(reader: ByteReader): RejectReason {
  const reason = REASONS[reader.u8()];
  if (reason === undefined) throw reader.malformed("unknown reason");
  return reason;
}
