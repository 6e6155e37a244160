import { ORIGIN, QuorateError, type Entry, type Index, type Position } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem } from "../file-system.ts";
import { corrupt } from "../storage-error.ts";
import { decodeRecords, findGroup, findLaterGroup } from "./group.ts";
import { RunIndex } from "./run-index.ts";
import {
  readSegmentHead,
  SEGMENT_HEAD_BYTES,
  segmentName,
  segmentNumber,
  type SegmentHead,
} from "./segment.ts";

/** A tail that a crash left behind; nobody was told that it was durable. */
export interface RepairedTail {
  readonly file: string;
  readonly offset: number;
  readonly bytesDropped: number;
}

/** The newest segment as it was found. */
export interface ActiveSegment {
  readonly number: number;
  /** Where what was written last begins. */
  readonly lastWrite: number;
  /** Behind the last whole group. */
  readonly end: number;
  /** Behind the last byte that is not zero: more than `end` when a torn write is to be cleared. */
  readonly dirtyEnd: number;
  readonly size: number;
}

/** What the segments hold. */
export interface RecoveredWal {
  readonly hardState: Uint8Array | null;
  /** The position before the first entry. */
  readonly base: Position;
  readonly entries: readonly Entry[];
  readonly index: RunIndex;
  readonly nextGroup: number;
  /** The segment to go on writing; null when there is none. */
  readonly active: ActiveSegment | null;
  /** Segments from the oldest to the active one. */
  readonly segments: readonly number[];
  readonly repaired: RepairedTail | null;
}

/**
 * Reads all segments back. A group that is not whole ends the log if nothing whole follows it: the
 * write was under way when the member stopped. If anything follows, it was durable, and is damaged.
 *
 * @param covered - where the durable snapshot stands
 * @throws `ERR_STORAGE_CORRUPT`, `ERR_STORAGE_VERSION`
 */
export function recoverWal(
  fileSystem: FileSystem,
  directory: string,
  covered: Position | null,
): RecoveredWal {
  const replay = new Replay(covered);
  let repaired: RepairedTail | null = null;
  const numbers = fileSystem
    .list(directory)
    .map(segmentNumber)
    .filter((number) => number !== null);
  numbers.sort((a, b) => a - b);
  for (const number of numbers) {
    const path = join(directory, segmentName(number));
    replay.expectSegment(path, number);
    const bytes = fileSystem.read(path) ?? new Uint8Array(0);
    const head = headOf(path, bytes);
    const dirtyEnd = lengthUsed(bytes);
    if (head === null || findGroup(bytes, SEGMENT_HEAD_BYTES) === null) {
      // Prepared and not begun, or the write of its head and first group was torn: it is made anew.
      const later = findLaterGroup(bytes, 0, head?.firstGroup ?? replay.nextGroup);
      if (later !== null) throw corrupt(path, 0, `a later group follows at byte ${later}`);
      if (number !== numbers.at(-1)) throw corrupt(path, 0, "a later segment was begun");
      if (number > 1 && replay.isEmpty)
        throw corrupt(path, 0, "the segments before it are missing");
      if (dirtyEnd > 0) repaired = { file: path, offset: 0, bytesDropped: dirtyEnd };
      fileSystem.remove(path);
      continue;
    }
    replay.begin(path, number, head);
    const { lastWrite, end } = replay.groups(path, number, bytes);
    const later = findLaterGroup(bytes, end, replay.nextGroup);
    if (later !== null) throw corrupt(path, end, `a later group follows at byte ${later}`);
    if (dirtyEnd > end) repaired = { file: path, offset: end, bytesDropped: dirtyEnd - end };
    replay.end({ number, lastWrite, end, dirtyEnd, size: bytes.length });
  }
  return replay.result(repaired);
}

function headOf(path: string, bytes: Uint8Array): SegmentHead | null {
  const start = readSegmentHead(bytes);
  if (start.kind === "head") return start.head;
  if (start.kind !== "newer") return null;
  throw new QuorateError(
    "ERR_STORAGE_VERSION",
    `${path} has format ${start.format}, which this version does not know: start the newer one`,
  );
}

/** Bytes up to the last that is not zero; by blocks, because nearly all of a new segment is zeros. */
function lengthUsed(bytes: Uint8Array): number {
  let end = bytes.length;
  for (; end > 0; end -= ZEROS.length) {
    const block = bytes.subarray(Math.max(0, end - ZEROS.length), end);
    if (Buffer.compare(block, ZEROS.subarray(0, block.length)) !== 0) break;
  }
  end = Math.max(end, 0);
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

const ZEROS = new Uint8Array(64 * 1024);

/** Follows the records from the first group to the last. */
class Replay {
  #hardState: Uint8Array | null = null;
  #base: Position | null = null;
  #entries: Entry[] = [];
  #index = new RunIndex(ORIGIN);
  #nextGroup = 1;
  #previous: ActiveSegment | null = null;
  readonly #segments: number[] = [];
  readonly #covered: Position | null;

  constructor(covered: Position | null) {
    this.#covered = covered;
  }

  /** Number of the group that is expected next. */
  get nextGroup(): number {
    return this.#nextGroup;
  }

  get isEmpty(): boolean {
    return this.#previous === null;
  }

  expectSegment(path: string, number: number): void {
    const previous = this.#previous?.number ?? number - 1;
    if (number !== previous + 1)
      throw corrupt(path, 0, `segment ${previous + 1} before it is missing`);
  }

  begin(path: string, number: number, head: SegmentHead): void {
    if (head.number !== number) throw corrupt(path, 0, `it is segment ${head.number} by its head`);
    const previous = this.#previous;
    if (previous === null) {
      this.#base = head.base;
      this.#index = new RunIndex(head.base);
      this.#nextGroup = head.firstGroup;
      return;
    }
    if (head.previousEnd !== previous.end || head.firstGroup !== this.#nextGroup) {
      throw corrupt(path, 0, "the segment before it has lost its end");
    }
  }

  groups(path: string, segment: number, bytes: Uint8Array): { lastWrite: number; end: number } {
    let offset = SEGMENT_HEAD_BYTES;
    let lastWrite = 0; // the head went with the first group
    for (;;) {
      const group = findGroup(bytes, offset);
      if (group === null) return { lastWrite, end: offset };
      if (offset > SEGMENT_HEAD_BYTES) lastWrite = offset;
      if (group.number !== this.#nextGroup) {
        throw corrupt(path, offset, `group ${group.number} where ${this.#nextGroup} should be`);
      }
      this.#nextGroup++;
      this.#apply(path, group.records, segment, offset);
      offset += group.size;
    }
  }

  end(segment: ActiveSegment): void {
    this.#previous = segment;
    this.#segments.push(segment.number);
  }

  result(repaired: RepairedTail | null): RecoveredWal {
    return {
      hardState: this.#hardState,
      base: this.#base ?? ORIGIN,
      entries: this.#entries,
      index: this.#index,
      nextGroup: this.#nextGroup,
      active: this.#previous,
      segments: this.#segments,
      repaired,
    };
  }

  #apply(path: string, records: Uint8Array, segment: number, offset: number): void {
    for (const record of decodeRecords(records)) {
      switch (record.kind) {
        case "hardState":
          // A copy: the records are views of a whole segment.
          this.#hardState = record.bytes.slice();
          break;
        case "reset":
          this.#base = record.base;
          this.#entries = [];
          this.#index.reset(record.base);
          break;
        case "truncate":
          this.#truncate(record.from);
          break;
        case "run": {
          const { entries, at, size, crc } = record;
          const { index } = this.#index.last;
          if (entries[0]?.index !== index + 1) {
            throw corrupt(path, offset, `entry ${entries[0]?.index} behind entry ${index}`);
          }
          for (const entry of entries) this.#entries.push(entry);
          this.#index.add(entries, { segment, offset: offset + at, size, crc });
        }
      }
    }
  }

  /**
   * A truncation can reach behind where the oldest segment began: what it began behind lay in
   * segments that were deleted once a snapshot covered what the truncation had left of them.
   */
  #truncate(from: Index): void {
    while ((this.#entries.at(-1)?.index ?? 0) >= from) this.#entries.pop();
    this.#index.truncate(from);
    if (from > (this.#base?.index ?? 0)) return;
    const index = from - 1;
    // The term is asked for only where the snapshot itself stands: it covers everything before.
    this.#base = { term: this.#covered?.index === index ? this.#covered.term : 0, index };
    this.#index.reset(this.#base);
  }
}
