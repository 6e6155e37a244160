import { ORIGIN, QuorateError, type Entry, type Position } from "@quorate/core";
import { join } from "node:path";
import type { FileSystem } from "../file-system.ts";
import { corrupt } from "../storage-error.ts";
import { decodeRecords, findGroup, findLaterGroup } from "./group.ts";
import { RunIndex } from "./run-index.ts";
import { readSegmentHead, SEGMENT_HEAD_BYTES, segmentName, segmentNumber, type SegmentHead } from "./segment.ts";

/** A tail that a crash left behind; nobody was told that it was durable. */
export interface RepairedTail {
  readonly file: string;
  readonly offset: number;
  readonly bytesDropped: number;
}

/** What the segments hold. */
export interface RecoveredWal {
  readonly hardState: Uint8Array | null;
  /** The position before the first entry. */
  readonly base: Position;
  readonly entries: readonly Entry[];
  readonly index: RunIndex;
  readonly nextGroup: number;
  /** The segment to go on writing, where it ends and how large it is; null when there is none. */
  readonly active: { readonly number: number; readonly end: number; readonly size: number } | null;
  /** Segments from the oldest to the active one. */
  readonly segments: readonly number[];
  readonly repaired: RepairedTail | null;
}

/**
 * Reads all segments back. A group that is not whole ends the log if nothing whole follows it: the
 * write was under way when the member stopped. If anything follows, it was durable, and is damaged.
 *
 * @throws `ERR_STORAGE_CORRUPT`, `ERR_STORAGE_VERSION`
 */
export function recoverWal(fileSystem: FileSystem, directory: string): RecoveredWal {
  const replay = new Replay();
  let repaired: RepairedTail | null = null;
  const numbers = fileSystem.list(directory).map(segmentNumber).filter((number) => number !== null);
  numbers.sort((a, b) => a - b);
  for (const number of numbers) {
    const path = join(directory, segmentName(number));
    const bytes = fileSystem.read(path) ?? new Uint8Array(0);
    const head = headOf(path, bytes);
    if (head === null) {
      // Prepared and not begun, or its very first write was torn: it is made anew when needed.
      if (number !== numbers.at(-1)) throw corrupt(path, 0, "a later segment was begun");
      fileSystem.remove(path);
      continue;
    }
    replay.begin(path, head);
    const end = replay.groups(path, number, bytes);
    const later = findLaterGroup(bytes, end);
    if (later !== null) throw corrupt(path, end, `a whole group follows at byte ${later}`);
    repaired = tornTail(path, bytes, end);
    replay.end(number, end, bytes.length);
  }
  return replay.result(repaired);
}

function headOf(path: string, bytes: Uint8Array): SegmentHead | null {
  const start = readSegmentHead(bytes);
  if (start.kind === "head") return start.head;
  if (start.kind === "newer") {
    throw new QuorateError(
      "ERR_STORAGE_VERSION",
      `${path} has format ${start.format}, which this version does not know: start the newer one`,
    );
  }
  const first = findLaterGroup(bytes, 0);
  // The head is written with the first group: a second one proves that both were durable.
  if (first !== null && findLaterGroup(bytes, first) !== null) {
    throw corrupt(path, 0, "its head is damaged");
  }
  return null;
}

function tornTail(path: string, bytes: Uint8Array, end: number): RepairedTail | null {
  const last = bytes.findLastIndex((byte) => byte !== 0);
  return last < end ? null : { file: path, offset: end, bytesDropped: last + 1 - end };
}

/** Follows the records from the first group to the last. */
class Replay {
  #hardState: Uint8Array | null = null;
  #base: Position | null = null;
  #entries: Entry[] = [];
  #index = new RunIndex(ORIGIN);
  #nextGroup = 1;
  #previous: { readonly number: number; readonly end: number; readonly size: number } | null = null;
  readonly #segments: number[] = [];

  begin(path: string, head: SegmentHead): void {
    const previous = this.#previous;
    if (previous === null) {
      this.#base = head.base;
      this.#index = new RunIndex(head.base);
      this.#nextGroup = head.firstGroup;
      return;
    }
    const follows =
      head.number === previous.number + 1 &&
      head.previousEnd === previous.end &&
      head.firstGroup === this.#nextGroup;
    if (!follows) throw corrupt(path, 0, `the segment before it has lost its end or is missing`);
  }

  groups(path: string, segment: number, bytes: Uint8Array): number {
    let offset = SEGMENT_HEAD_BYTES;
    for (;;) {
      const group = findGroup(bytes, offset);
      if (group === null) return offset;
      if (group.number !== this.#nextGroup) {
        throw corrupt(path, offset, `group ${group.number} where ${this.#nextGroup} should be`);
      }
      this.#nextGroup++;
      this.#apply(group.records, segment, offset);
      offset += group.size;
    }
  }

  end(number: number, end: number, size: number): void {
    this.#previous = { number, end, size };
    this.#segments.push(number);
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

  #apply(records: Uint8Array, segment: number, offset: number): void {
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
          while ((this.#entries.at(-1)?.index ?? 0) >= record.from) this.#entries.pop();
          this.#index.truncate(record.from);
          break;
        case "run":
          for (const entry of record.entries) this.#entries.push(entry);
          this.#index.add(record.entries, { segment, offset: offset + record.at, size: record.size });
      }
    }
  }
}
