import {
  ByteReader,
  ByteWriter,
  decodeRun,
  type Entry,
  type Index,
  type Persist,
  type Position,
} from "@quorate/core";
import { crc32 } from "node:zlib";

/**
 * One group of records, written and synced as a whole: magic 4, CRC-32 4 (of the rest of the head),
 * CRC-32 4 (of the records), length 4 (of the records), number 6, records.
 *
 * Groups are numbered without gaps, and a group is written only when the one before it is durable.
 * A sound head therefore proves that everything before it was durable, even if its records are torn.
 */
export const GROUP_HEAD_BYTES = 22;

const MAGIC = 0x51475250; // "QGRP"

const RUN = 1;
const TRUNCATE = 2;
const HARD_STATE = 3;
const RESET = 4;

/** What a log is told, in the order of its records. */
export type WalRecord =
  | {
      readonly kind: "run";
      readonly entries: readonly Entry[];
      /** Where its bytes begin in the group, and how many they are. */
      readonly at: number;
      readonly size: number;
      readonly crc: number;
    }
  | { readonly kind: "truncate"; readonly from: Index }
  | { readonly kind: "hardState"; readonly bytes: Uint8Array }
  | { readonly kind: "reset"; readonly base: Position };

/** A group on its way to the disk. */
export interface EncodedGroup {
  readonly parts: readonly Uint8Array[];
  readonly size: number;
}

/** What goes into a group: a protocol's write, or the beginning of a new log behind a snapshot. */
export type WalRequest =
  | Pick<Persist, "hardState" | "truncateFrom" | "run">
  | { readonly reset: Position };

/**
 * Encodes a group. Runs go in as they are, by reference.
 *
 * @param onRun - told where in the group the n-th request's run begins
 */
export function encodeGroup(
  number: number,
  requests: readonly WalRequest[],
  onRun: (request: number, offset: number) => void,
): EncodedGroup {
  const parts: Uint8Array[] = [];
  let size = GROUP_HEAD_BYTES;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    size += part.length;
  };
  for (const [i, request] of requests.entries()) {
    if ("reset" in request) {
      const { term, index } = request.reset;
      add(new ByteWriter(16).u8(RESET).u48(term).u48(index).finish());
      continue;
    }
    const { hardState, truncateFrom, run } = request;
    if (truncateFrom !== null) add(new ByteWriter(8).u8(TRUNCATE).u48(truncateFrom).finish());
    if (run !== null) {
      add(new ByteWriter(8).u8(RUN).u32(run.bytes.length).finish());
      onRun(i, size);
      add(run.bytes);
    }
    if (hardState !== null) add(new ByteWriter(32).u8(HARD_STATE).bytes(hardState).finish());
  }
  let crc = 0;
  for (const part of parts) crc = crc32(part, crc);
  const rest = new ByteWriter(16)
    .u32(crc)
    .u32(size - GROUP_HEAD_BYTES)
    .u48(number)
    .finish();
  const head = new ByteWriter(GROUP_HEAD_BYTES).u32(MAGIC).u32(crc32(rest)).raw(rest).finish();
  return { parts: [head, ...parts], size };
}

/** A group read back; `size` counts its head. */
export interface FoundGroup {
  readonly number: number;
  readonly size: number;
  readonly records: Uint8Array;
}

interface GroupHead {
  readonly crc: number;
  readonly length: number;
  readonly number: number;
}

/** The whole group at the offset, or null when there is none. */
export function findGroup(bytes: Uint8Array, offset: number): FoundGroup | null {
  const head = findHead(bytes, offset);
  if (head === null || head.length > bytes.length - offset - GROUP_HEAD_BYTES) return null;
  const size = GROUP_HEAD_BYTES + head.length;
  const records = bytes.subarray(offset + GROUP_HEAD_BYTES, offset + size);
  return crc32(records) === head.crc ? { number: head.number, size, records } : null;
}

/**
 * Where behind the offset a group begins that comes after the given one: it was begun when what is
 * at the offset was durable. Lower numbers are no proof: a value may hold a copy of an old log.
 */
export function findLaterGroup(bytes: Uint8Array, offset: number, after: number): number | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = Buffer.from(new ByteWriter(4).u32(MAGIC).finish());
  for (let at = view.indexOf(magic, offset + 1); at >= 0; at = view.indexOf(magic, at + 1)) {
    const head = findHead(bytes, at);
    if (head !== null && head.number > after) return at;
  }
  return null;
}

function findHead(bytes: Uint8Array, offset: number): GroupHead | null {
  if (bytes.length - offset < GROUP_HEAD_BYTES) return null;
  const head = bytes.subarray(offset, offset + GROUP_HEAD_BYTES);
  const reader = new ByteReader(head, "group");
  if (reader.u32() !== MAGIC || reader.u32() !== crc32(head.subarray(8))) return null;
  return { crc: reader.u32(), length: reader.u32(), number: reader.u48() };
}

/** @throws `ERR_MALFORMED` for records that a checksum vouches for and that make no sense all the same */
export function* decodeRecords(records: Uint8Array): Generator<WalRecord> {
  const reader = new ByteReader(records, "write-ahead log record");
  while (reader.remaining > 0) {
    const kind = reader.u8();
    if (kind === RUN) {
      const size = reader.u32();
      const at = GROUP_HEAD_BYTES + reader.offset;
      const bytes = reader.raw(size);
      yield { kind: "run", entries: decodeRun(bytes).entries, at, size, crc: crc32(bytes) };
    } else if (kind === TRUNCATE) yield { kind: "truncate", from: reader.u48() };
    else if (kind === HARD_STATE) yield { kind: "hardState", bytes: reader.bytes() };
    else if (kind === RESET) {
      yield { kind: "reset", base: { term: reader.u48(), index: reader.u48() } };
    } else throw reader.malformed(`record kind ${kind} is not known here`);
  }
}
