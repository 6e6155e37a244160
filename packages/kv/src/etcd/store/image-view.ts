import { ByteWriter, crc32c, type PinnedView } from "@quorate/core";
import type { Alarms } from "../alarm/alarms.ts";
import { encodeAlarm } from "../codec/alarm-requests.ts";
import type { LeaseTable } from "../lease/index.ts";
import { HEAD_BYTES, IMAGE_FORMAT, LEASE_BYTES, writeChange, writeLease } from "./image-format.ts";
import type { PinnedChanges } from "./pinned-changes.ts";

/** Everything that the state machine holds, as a snapshot is made of it. */
export interface StateImage {
  readonly revision: number;
  readonly changes: PinnedChanges;
  readonly leases: LeaseTable;
  readonly alarms: Alarms;
  /** Announced attributes of members, each as it came. */
  readonly members: readonly Uint8Array[];
}

/** The first chunk may be the only one, and small. */
const FIRST_CHUNK_BYTES = 4 * 1024;

/** By how much a chunk usually becomes larger than asked for: its last change is written whole. */
const EXCESS_BYTES = 4 * 1024;

/** Writes an image out in chunks. Equal states give equal bytes, whatever they have yet to forget. */
export class ImageView implements PinnedView {
  /** Null when it was written out, or is not wanted any more. */
  #changes: PinnedChanges | null;
  /** What stands before the changes and is small beside them: written at once, as it changes. */
  #head: Uint8Array;
  #crc = 0;

  constructor(image: StateImage) {
    this.#changes = image.changes;
    this.#head = encodeHead(image);
  }

  read(bytesMax: number): Uint8Array | null {
    const changes = this.#changes;
    if (changes === null) return null;
    const isFirst = this.#head.length > 0 && this.#head.length <= FIRST_CHUNK_BYTES;
    const writer = new ByteWriter(isFirst ? FIRST_CHUNK_BYTES : bytesMax + EXCESS_BYTES);
    writer.raw(this.#head.subarray(0, bytesMax));
    this.#head = this.#head.subarray(bytesMax);
    let hasMore = true;
    while (hasMore && writer.length < bytesMax) hasMore = writeNext(writer, changes);
    const bytes = writer.finish();
    this.#crc = crc32c(bytes, this.#crc);
    if (hasMore) return bytes;
    this.#changes = null;
    return writer.u32(this.#crc).finish();
  }

  release(): void {
    this.#changes = null;
  }
}

function encodeHead({ revision, changes, leases, alarms, members }: StateImage): Uint8Array {
  const writer = new ByteWriter(HEAD_BYTES + LEASE_BYTES * leases.size);
  const { millis, term, counted } = leases.clock;
  writer.u32(IMAGE_FORMAT).u48(revision).u48(changes.compacted);
  writer.u48(millis).u48(term).u48(counted);
  writer.u32(members.length).u32(alarms.size).u32(leases.size);
  for (const member of members) writer.bytes(member);
  for (const { member, kind } of alarms) {
    writer.bytes(encodeAlarm({ action: "activate", member, alarm: kind }));
  }
  for (const lease of leases) writeLease(writer, lease);
  return writer.finish();
}

/** Answers whether there is more. */
function writeNext(writer: ByteWriter, changes: PinnedChanges): boolean {
  const change = changes.next();
  if (change === null) writer.u32(0);
  else if (change.outlives(changes.compacted)) writeChange(writer, change);
  return change !== null;
}
