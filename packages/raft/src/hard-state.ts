import { ByteReader, ByteWriter, type NodeId, type Term } from "@quorate/core";

/** What must survive a crash beside the log, or two leaders could win one term (§5.2). */
export interface HardState {
  readonly term: Term;
  readonly votedFor: NodeId | null;
}

/** Before the first election. */
export const INITIAL_HARD_STATE: HardState = { term: 0, votedFor: null };

const FORMAT = 1;

export function encodeHardState({ term, votedFor }: HardState): Uint8Array {
  const writer = new ByteWriter(32)
    .u8(FORMAT)
    .u48(term)
    .bool(votedFor !== null);
  if (votedFor !== null) writer.string(votedFor);
  return writer.finish();
}

/** @throws `ERR_MALFORMED` */
export function decodeHardState(bytes: Uint8Array): HardState {
  const reader = new ByteReader(bytes, "Raft hard state");
  const format = reader.u8();
  if (format !== FORMAT) throw reader.malformed(`format ${format} is not known here`);
  const term = reader.u48();
  const votedFor = reader.bool() ? reader.string() : null;
  reader.end();
  return { term, votedFor };
}
