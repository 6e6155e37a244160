import { utf8Decode } from "@quorate/core";
import { damagedFile } from "../bolt/index.ts";
import { REVISION_KEY_BYTES } from "../store/index.ts";

/** What a key of the bucket of versions says: 8 bytes of revision, `_`, 8 of place, `t` for a deletion. */
export interface StoredRevision {
  readonly mod: number;
  readonly sub: number;
  readonly isDeletion: boolean;
}

/** Whether a number can be a revision, or count versions: snapshots of ours keep 48 bits of it. */
export function isRevision(number: number): boolean {
  return number >= 1 && number < 2 ** 48;
}

/** @throws `ERR_MALFORMED`, as what follows */
export function revisionOf(key: Uint8Array): StoredRevision {
  const isDeletion = key.length === REVISION_KEY_BYTES + 1;
  if (!isDeletion && key.length !== REVISION_KEY_BYTES) throw damagedFile("a revision is none");
  return { mod: numberAt(key, 0), sub: numberAt(key, 9), isDeletion };
}

/** The revision of a compaction, begun or finished; 0 for what else etcd keeps beside it. */
export function compactionOf(key: Uint8Array, value: Uint8Array): number {
  const name = utf8Decode(key);
  return name === "finishedCompactRev" || name === "scheduledCompactRev" ? numberAt(value, 0) : 0;
}

function numberAt(bytes: Uint8Array, at: number): number {
  if (bytes.length < at + 8) throw damagedFile("a revision is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
  if (value !== 0 && !isRevision(value)) throw damagedFile("a revision is out of all bounds");
  return value;
}
