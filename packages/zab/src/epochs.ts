import { assert, ByteReader, ByteWriter, type Term } from "@quorate/core";

/**
 * What must survive a crash beside the log (ZooKeeper's acceptedEpoch and currentEpoch files).
 *
 * - `accepted`: promised in ACKEPOCH; no leader of an older epoch is followed any more.
 * - `current`: taken up with NEWLEADER; the history of that epoch's leader is on this disk.
 *
 * Invariant: `current <= accepted`.
 */
export interface Epochs {
  readonly accepted: Term;
  readonly current: Term;
}

/** Before the first election. */
export const INITIAL_EPOCHS: Epochs = { accepted: 0, current: 0 };

const FORMAT = 1;

export function encodeEpochs({ accepted, current }: Epochs): Uint8Array {
  return new ByteWriter(13).u8(FORMAT).u48(accepted).u48(current).finish();
}

/** @throws `ERR_MALFORMED` */
export function decodeEpochs(bytes: Uint8Array): Epochs {
  const reader = new ByteReader(bytes, "ZAB epochs");
  const format = reader.u8();
  if (format !== FORMAT) throw reader.malformed(`format ${format} is not known here`);
  const epochs = { accepted: reader.u48(), current: reader.u48() };
  reader.end();
  if (epochs.current > epochs.accepted) {
    throw reader.malformed(
      `the current epoch ${epochs.current} was never accepted (${epochs.accepted} was)`,
    );
  }
  return epochs;
}

/** Checks that neither epoch goes back. */
export function assertForward(from: Epochs, to: Epochs): void {
  assert(to.accepted >= from.accepted, `accepted epoch ${from.accepted} goes to ${to.accepted}`);
  assert(to.current >= from.current, `current epoch ${from.current} goes to ${to.current}`);
  assert(to.current <= to.accepted, `epoch ${to.current} is taken up without being accepted`);
}
