import {
  decodeRun,
  encodeRun,
  entryBytes,
  QuorateError,
  type Entry,
  type EntryRun,
  type Index,
  type LogStore,
  type Persist,
  type Position,
  type StorageOutcome,
} from "@quorate/core";
import { join } from "node:path";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { storageError } from "../storage-error.ts";
import { encodeGroup, type WalRequest } from "./group.ts";
import type { RecoveredWal } from "./recover-wal.ts";
import type { RunIndex, RunPlace } from "./run-index.ts";
import { encodeSegmentHead, SEGMENT_BYTES, SEGMENT_HEAD_BYTES, segmentName } from "./segment.ts";
import { SegmentSupply, type PreparedSegment } from "./segment-supply.ts";

interface Queued {
  readonly request: WalRequest;
  readonly bytes: number;
  readonly done: (outcome: StorageOutcome) => void;
}

/** What a log store is opened with. */
export interface FsLogStoreOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly segmentBytes?: number;
  /** Told how long each group took to become durable, ms; for metrics. */
  readonly onSync?: (millis: number) => void;
}

/** Requests whose bytes exceed this together wait for the next group. */
const GROUP_BYTES_MAX = 8 * 1024 * 1024;

const EMPTY: EntryRun = { entries: [], bytes: new Uint8Array(0) };

/**
 * The log in segments. One write is under way at a time; everything asked meanwhile becomes the next
 * group, with one write and one sync for all of it.
 */
export class FsLogStore implements LogStore {
  readonly #options: FsLogStoreOptions;
  readonly #segmentBytes: number;
  readonly #supply: SegmentSupply;
  readonly #index: RunIndex;
  #segments: number[];
  #active: (PreparedSegment & { position: number }) | null;
  #spare: PreparedSegment | null = null;
  #nextGroup: number;
  #hardState: Uint8Array | null;
  #queue: Queued[] = [];
  /** Being written. */
  #inFlight: readonly Queued[] = [];
  #writing = false;
  #failure: QuorateError | null = null;
  #onIdle: (() => void) | null = null;

  constructor(options: FsLogStoreOptions, recovered: RecoveredWal) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#supply = new SegmentSupply(options.fileSystem, options.directory);
    this.#index = recovered.index;
    this.#segments = [...recovered.segments];
    this.#nextGroup = recovered.nextGroup;
    this.#hardState = recovered.hardState;
    const { active } = recovered;
    this.#active =
      active === null
        ? null
        : {
            number: active.number,
            size: active.size,
            position: active.end,
            file: options.fileSystem.open(this.#path(active.number), "durable"),
          };
    this.#prepareSpare(this.#segmentBytes);
  }

  write(request: Persist, done: (outcome: StorageOutcome) => void): void {
    this.#enqueue(request, (request.run?.bytes.length ?? 0) + (request.hardState?.length ?? 0), done);
  }

  reset(base: Position, done: (outcome: StorageOutcome) => void): void {
    this.#enqueue({ reset: base }, 0, (outcome) => {
      // Everything before the segment that holds the reset is of no use any more.
      if (outcome === null) this.trim(base.index);
      done(outcome);
    });
  }

  read(
    first: Index,
    last: Index,
    bytesMax: number,
    done: (outcome: StorageOutcome, run: EntryRun) => void,
  ): void {
    this.#collect(first, last, bytesMax, [], done);
  }

  trim(through: Index): void {
    const active = this.#active?.number ?? 0;
    for (const segment of [...this.#segments]) {
      if (segment >= active || !this.#index.isCovered(segment, through)) return;
      this.#index.dropThrough(segment);
      this.#segments.shift();
      try {
        this.#options.fileSystem.remove(this.#path(segment));
      } catch (error) {
        this.#fail(storageError("deleting", this.#path(segment), error));
        return;
      }
    }
  }

  close(done: () => void): void {
    const finish = (): void => {
      this.#onIdle = null;
      this.#failure ??= stopped();
      this.#active?.file.close();
      this.#spare?.file.close();
      done();
    };
    if (this.#writing || this.#queue.length > 0) this.#onIdle = finish;
    else queueMicrotask(finish);
  }

  #enqueue(request: WalRequest, bytes: number, done: (outcome: StorageOutcome) => void): void {
    const failure = this.#failure ?? (this.#onIdle === null ? null : stopped());
    if (failure !== null) {
      queueMicrotask(() => done(failure));
      return;
    }
    this.#queue.push({ request, bytes, done });
    this.#pump();
  }

  #pump(): void {
    if (this.#writing || this.#failure !== null || this.#queue.length === 0) return;
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && bytes < GROUP_BYTES_MAX; count++) {
      bytes += this.#queue[count]?.bytes ?? 0;
    }
    const batch = this.#queue.slice(0, count);
    const requests = batch.map((queued) => queued.request);
    const group = this.#encode(requests);
    if (this.#active !== null && this.#active.position + group.size <= this.#active.size) {
      this.#inFlight = this.#queue.splice(0, count);
      this.#write(this.#active, group.parts, group.size, () => this.#wrote(batch, group.places, group.size));
      return;
    }
    this.#roll(batch, requests);
  }

  #encode(requests: readonly WalRequest[]): {
    readonly parts: readonly Uint8Array[];
    readonly size: number;
    readonly places: readonly (number | null)[];
  } {
    const places: (number | null)[] = requests.map(() => null);
    const { parts, size } = encodeGroup(this.#nextGroup, requests, (i, offset) => {
      places[i] = offset;
    });
    return { parts, size, places };
  }

  /** Begins the next segment with the batch; its head and the hard state go with the same write. */
  #roll(batch: readonly Queued[], requests: readonly WalRequest[]): void {
    const carried = { hardState: this.#hardState, truncateFrom: null, run: null };
    const group = this.#encode([carried, ...requests]);
    const needed = SEGMENT_HEAD_BYTES + group.size;
    const spare = this.#spare;
    if (spare === null || spare.size < needed) {
      if (this.#supply.isPreparing) return; // goes on when it is there
      spare?.file.close();
      this.#spare = null;
      this.#prepareSpare(Math.max(this.#segmentBytes, needed));
      return;
    }
    const previous = this.#active;
    const head = encodeSegmentHead({
      number: spare.number,
      firstGroup: this.#nextGroup,
      previousEnd: previous?.position ?? 0,
      base: this.#index.last,
    });
    this.#spare = null;
    this.#inFlight = this.#queue.splice(0, batch.length);
    const active = { ...spare, position: 0 };
    this.#active = active;
    this.#segments.push(active.number);
    this.#write(active, [head, ...group.parts], needed, () => {
      previous?.file.close();
      active.position = SEGMENT_HEAD_BYTES;
      this.#wrote(batch, group.places.slice(1), group.size);
      this.#prepareSpare(this.#segmentBytes);
    });
  }

  #write(
    active: { readonly file: OpenFile; readonly position: number; readonly number: number },
    parts: readonly Uint8Array[],
    size: number,
    done: () => void,
  ): void {
    this.#writing = true;
    const began = performance.now();
    active.file.write(parts, active.position, (error) => {
      this.#writing = false;
      if (error !== null) {
        return this.#fail(storageError(`writing ${size} bytes to`, this.#path(active.number), error));
      }
      this.#options.onSync?.(performance.now() - began);
      done();
      this.#pump();
      if (!this.#writing && this.#queue.length === 0) this.#onIdle?.();
    });
  }

  #wrote(batch: readonly Queued[], places: readonly (number | null)[], size: number): void {
    const active = this.#active;
    if (active === null) return;
    const start = active.position;
    active.position = start + size;
    this.#nextGroup++;
    for (const [i, { request }] of batch.entries()) this.#note(request, places[i], active.number, start);
    this.#inFlight = [];
    for (const { done } of batch) done(null);
  }

  #note(request: WalRequest, place: number | null | undefined, segment: number, start: number): void {
    if ("reset" in request) return this.#index.reset(request.reset);
    const { hardState, truncateFrom, run } = request;
    if (hardState !== null) this.#hardState = hardState;
    if (truncateFrom !== null) this.#index.truncate(truncateFrom);
    if (run === null || place === null || place === undefined) return;
    this.#index.add(run.entries, { segment, offset: start + place, size: run.bytes.length });
  }

  #prepareSpare(size: number): void {
    const number = (this.#segments.at(-1) ?? 0) + 1;
    this.#supply.prepare(number, size, (error, segment) => {
      if (segment !== null) {
        this.#spare = segment;
        if (this.#failure !== null) segment.file.close();
        this.#pump();
      } else if (error !== null) this.#unprepared(storageError("preparing", this.#path(number), error));
      if (!this.#writing && this.#queue.length === 0) this.#onIdle?.();
    });
  }

  /** No space for a segment: writes that need it are refused, with everything behind them. */
  #unprepared(error: QuorateError): void {
    if (error.code !== "ERR_STORAGE_FULL") return this.#fail(error);
    if (this.#writing) return; // what comes next may still fit; if not it asks again
    for (const { done } of this.#queue.splice(0)) done(error);
  }

  #collect(
    first: Index,
    last: Index,
    bytesMax: number,
    found: Entry[],
    done: (outcome: StorageOutcome, run: EntryRun) => void,
  ): void {
    const place = first > last ? null : this.#index.find(first);
    if (place === null) {
      queueMicrotask(() => done(null, encodeRun(found)));
      return;
    }
    this.#readRun(place, (outcome, run) => {
      if (outcome !== null) return done(outcome, EMPTY);
      let bytes = found.reduce((sum, entry) => sum + entryBytes(entry), 0);
      for (const entry of run.entries) {
        const isWanted = entry.index === first && entry.index <= last;
        if (!isWanted) continue;
        bytes += entryBytes(entry);
        if (bytes > bytesMax && found.length > 0) return done(null, encodeRun(found));
        found.push(entry);
        first++;
        // A truncated run is longer on the disk than in the log: the index knows its end.
        if (this.#index.find(first) !== place) break;
      }
      this.#collect(first, last, bytesMax, found, done);
    });
  }

  #readRun(place: RunPlace, done: (outcome: StorageOutcome, run: EntryRun) => void): void {
    const path = this.#path(place.segment);
    let file: OpenFile;
    try {
      file = this.#options.fileSystem.open(path, "read");
    } catch (error) {
      queueMicrotask(() => done(storageError("opening", path, error), EMPTY));
      return;
    }
    file.read(place.offset, place.size, (error, bytes) => {
      file.close();
      if (error !== null) return done(storageError("reading", path, error), EMPTY);
      let run: EntryRun;
      try {
        run = decodeRun(bytes);
      } catch (thrown) {
        const text = `${path} is damaged at byte ${place.offset}: ${String(thrown)}`;
        return done(new QuorateError("ERR_STORAGE_CORRUPT", text, { cause: thrown }), EMPTY);
      }
      done(null, run);
    });
  }

  /** What the disk holds is unknown from here on: nothing is tried again. */
  #fail(error: QuorateError): void {
    this.#failure ??= error;
    const abandoned = [...this.#inFlight, ...this.#queue];
    this.#inFlight = [];
    this.#queue = [];
    for (const { done } of abandoned) done(error);
    this.#onIdle?.();
  }

  #path(segment: number): string {
    return join(this.#options.directory, segmentName(segment));
  }
}

function stopped(): QuorateError {
  return new QuorateError("ERR_STOPPED", "the log is closed");
}
