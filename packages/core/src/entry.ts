import { QuorateError } from "./errors.ts";
import type { Index, Term } from "./ids.ts";

/** What an entry is for: a command of the service, a leader's own first entry, or a new configuration. */
export type EntryKind = "command" | "noop" | "configuration";

/** One slot of the replicated log. */
export interface Entry {
  readonly index: Index;
  readonly term: Term;
  /** Wall time in ms at the leader that created it: replicas that need a time use this one. */
  readonly time: number;
  readonly kind: EntryKind;
  /** A view into the run that the entry came with. */
  readonly data: Uint8Array;
}

/** An entry that does not have its place yet. */
export interface EntryDraft {
  readonly kind: EntryKind;
  readonly data: Uint8Array;
}

/**
 * Consecutive entries together with their encoding. The encoding is made once, where the entries
 * are created, and the same bytes serve the write-ahead log, every follower and the follower's
 * write-ahead log; `entries[i].data` are views into it.
 *
 * Invariant: indices are consecutive and terms do not decrease.
 */
export interface EntryRun {
  readonly entries: readonly Entry[];
  readonly bytes: Uint8Array;
}

/** Encoded size of an entry beyond its data: length 4, kind 1, index 6, term 6, time 6. */
export const ENTRY_OVERHEAD_BYTES = 23;

const KINDS: readonly EntryKind[] = ["command", "noop", "configuration"];

/** Encoded size of the entry. */
export function entryBytes(entry: { readonly data: Uint8Array }): number {
  return ENTRY_OVERHEAD_BYTES + entry.data.length;
}

/** Gives drafts their places behind `after` and encodes them. The one copy that a payload gets. */
export function appendRun(
  drafts: readonly EntryDraft[],
  at: { readonly first: Index; readonly term: Term; readonly time: number },
): EntryRun {
  let size = 0;
  for (const draft of drafts) size += entryBytes(draft);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const entries: Entry[] = [];
  let offset = 0;
  let index = at.first;
  for (const { kind, data } of drafts) {
    writeHeader(view, offset, data.length, kind, index, at.term, at.time);
    offset += ENTRY_OVERHEAD_BYTES;
    bytes.set(data, offset);
    const copy = bytes.subarray(offset, offset + data.length);
    entries.push({ index, term: at.term, time: at.time, kind, data: copy });
    offset += data.length;
    index++;
  }
  return { entries, bytes };
}

/** Encodes entries that already have their places: the rare path of sending old ones again. */
export function encodeRun(entries: readonly Entry[]): EntryRun {
  let size = 0;
  for (const entry of entries) size += entryBytes(entry);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { index, term, time, kind, data } of entries) {
    writeHeader(view, offset, data.length, kind, index, term, time);
    bytes.set(data, offset + ENTRY_OVERHEAD_BYTES);
    offset += ENTRY_OVERHEAD_BYTES + data.length;
  }
  return { entries, bytes };
}

/**
 * Reads a run back.
 *
 * @throws `ERR_MALFORMED` when the bytes are not whole entries with consecutive indices
 */
export function decodeRun(bytes: Uint8Array): EntryRun {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Entry[] = [];
  let offset = 0;
  let previous: Entry | undefined;
  while (offset < bytes.length) {
    if (bytes.length - offset < ENTRY_OVERHEAD_BYTES) throw malformed(offset, "header cut off");
    const length = view.getUint32(offset);
    const kind = KINDS[view.getUint8(offset + 4)];
    const index = read48(view, offset + 5);
    const term = read48(view, offset + 11);
    const time = read48(view, offset + 17);
    const start = offset + ENTRY_OVERHEAD_BYTES;
    if (kind === undefined) throw malformed(offset, "unknown kind of entry");
    if (length > bytes.length - start) throw malformed(offset, "data cut off");
    if (index === 0 || (previous !== undefined && index !== previous.index + 1)) {
      throw malformed(offset, `index ${index} does not follow ${previous?.index ?? "nothing"}`);
    }
    if (previous !== undefined && term < previous.term) throw malformed(offset, "term goes back");
    previous = { index, term, time, kind, data: bytes.subarray(start, start + length) };
    entries.push(previous);
    offset = start + length;
  }
  return { entries, bytes };
}

function writeHeader(
  view: DataView,
  offset: number,
  length: number,
  kind: EntryKind,
  index: Index,
  term: Term,
  time: number,
): void {
  view.setUint32(offset, length);
  view.setUint8(offset + 4, kind === "command" ? 0 : kind === "noop" ? 1 : 2);
  write48(view, offset + 5, index);
  write48(view, offset + 11, term);
  write48(view, offset + 17, time);
}

function write48(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, Math.floor(value / 0x1_0000_0000));
  view.setUint32(offset + 2, value >>> 0);
}

function read48(view: DataView, offset: number): number {
  return view.getUint16(offset) * 0x1_0000_0000 + view.getUint32(offset + 2);
}

function malformed(offset: number, why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed run of entries at byte ${offset}: ${why}`);
}
