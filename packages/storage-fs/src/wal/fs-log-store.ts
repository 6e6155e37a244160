import {
  QuorateError,
  type EntryRun,
  type Index,
  type LogStore,
  type Persist,
  type Position,
  type StorageOutcome,
} from "@quorate/core";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "../file-system.ts";
import { storageError } from "../storage-error.ts";
import { encodeGroup, type WalRequest } from "./group.ts";
import { LogReader } from "./log-reader.ts";
import type { RecoveredWal } from "./recover-wal.ts";
import type { RunIndex } from "./run-index.ts";
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

/** Rides in the queue for a read: it takes no space and changes nothing. */
const NOTHING: WalRequest = { hardState: null, truncateFrom: null, run: null };

/**
 * The log in segments. One write is under way at a time; everything asked meanwhile becomes the next
 * group, with one write and one sync for all of it.
 */
export class FsLogStore implements LogStore {
  readonly #options: FsLogStoreOptions;
  readonly #segmentBytes: number;
  readonly #supply: SegmentSupply;
  readonly #index: RunIndex;
  readonly #reader: LogReader;
  #segments: number[];
  #active: (PreparedSegment & { position: number }) | null;
  #spare: PreparedSegment | null = null;
  #nextGroup: number;
  #hardState: Uint8Array | null;
  #queue: Queued[] = [];
  /** Being written. */
  #inFlight: readonly Queued[] = [];
  #writing = false;
  /** The queue waits for a segment to be prepared. */
  #waiting = false;
  #failure: QuorateError | null = null;
  /** Not empty: closing. */
  #onClosed: (() => void)[] = [];
  #closed = false;

  constructor(options: FsLogStoreOptions, recovered: RecoveredWal) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#supply = new SegmentSupply(options.fileSystem, options.directory);
    this.#index = recovered.index;
    this.#reader = new LogReader(options.fileSystem, options.directory, this.#index);
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
    this.#enqueue(
      request,
      (request.run?.bytes.length ?? 0) + (request.hardState?.length ?? 0),
      done,
    );
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
    const collect = (): void => this.#reader.read(first, last, bytesMax, done);
    const isBehind = this.#inFlight.length > 0 || this.#queue.length > 0;
    if (!isBehind && this.#failure === null && !this.#isClosing) return collect();
    // Behind the writes that were asked for before: what was handed over can be read.
    this.#enqueue(NOTHING, 0, (outcome) => {
      if (outcome === null || outcome.code === "ERR_STORAGE_FULL") collect();
      else done(outcome, EMPTY);
    });
  }

  trim(through: Index): void {
    if (this.#failure !== null || this.#closed) return;
    const { number = 0, position = 0 } = this.#active ?? {};
    // Until the newest segment's first write is durable, the one before it holds the hard state.
    const needed = position === 0 ? number - 1 : number;
    for (;;) {
      const [segment = needed] = this.#segments;
      if (segment >= needed || !this.#index.isCovered(segment, through)) return;
      this.#index.dropThrough(segment);
      this.#segments.shift();
      try {
        this.#options.fileSystem.remove(this.#path(segment));
      } catch (error) {
        this.#fail(final(storageError("deleting", this.#path(segment), error)));
        return;
      }
    }
  }

  close(done: () => void): void {
    this.#onClosed.push(done);
    if (this.#queue.length === 0) this.#supply.stop();
    queueMicrotask(() => this.#closeIfIdle());
  }

  get #isClosing(): boolean {
    return this.#closed || this.#onClosed.length > 0;
  }

  #closeIfIdle(): void {
    if (!this.#isClosing || this.#writing || this.#queue.length > 0) return;
    // What the supply is still making would otherwise meet the next opener.
    if (this.#supply.isPreparing) return;
    this.#closed = true;
    this.#active?.file.close();
    this.#spare?.file.close();
    for (const done of this.#onClosed.splice(0)) done();
  }

  #enqueue(request: WalRequest, bytes: number, done: (outcome: StorageOutcome) => void): void {
    const failure = this.#isClosing ? stopped() : this.#failure;
    if (failure !== null) {
      queueMicrotask(() => done(failure));
      return;
    }
    this.#queue.push({ request, bytes, done });
    this.#pump();
  }

  #pump(): void {
    if (this.#writing || this.#waiting || this.#failure !== null || this.#queue.length === 0)
      return;
    let count = 0;
    for (let bytes = 0; count < this.#queue.length && bytes < GROUP_BYTES_MAX; count++) {
      bytes += this.#queue[count]?.bytes ?? 0;
    }
    const batch = this.#queue.slice(0, count);
    const requests = batch.map((queued) => queued.request);
    const group = this.#encode(requests);
    if (this.#active !== null && this.#active.position + group.size <= this.#active.size) {
      this.#inFlight = this.#queue.splice(0, count);
      this.#write(this.#active, group.parts, group.size, () =>
        this.#wrote(batch, group.places, group.size),
      );
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
      this.#waiting = true;
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
      // Before the answers: what they ask for may need the next segment at once.
      if (!this.#isClosing) this.#prepareSpare(this.#segmentBytes);
      this.#wrote(batch, group.places.slice(1), group.size);
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
      if (this.#failure !== null) return this.#closeIfIdle();
      if (error !== null) {
        return this.#fail(
          final(storageError(`writing ${size} bytes to`, this.#path(active.number), error)),
        );
      }
      this.#options.onSync?.(performance.now() - began);
      done();
      this.#pump();
      this.#closeIfIdle();
    });
  }

  #wrote(batch: readonly Queued[], places: readonly (number | null)[], size: number): void {
    const active = this.#active;
    if (active === null) return;
    const start = active.position;
    active.position = start + size;
    this.#nextGroup++;
    for (const [i, { request }] of batch.entries())
      this.#note(request, places[i], active.number, start);
    this.#inFlight = [];
    for (const { done } of batch) done(null);
  }

  #note(
    request: WalRequest,
    place: number | null | undefined,
    segment: number,
    start: number,
  ): void {
    if ("reset" in request) return this.#index.reset(request.reset);
    const { hardState, truncateFrom, run } = request;
    if (hardState !== null) this.#hardState = hardState;
    if (truncateFrom !== null) this.#index.truncate(truncateFrom);
    if (run === null || place === null || place === undefined) return;
    const { entries, bytes } = run;
    const crc = crc32(bytes);
    this.#index.add(entries, { segment, offset: start + place, size: bytes.length, crc });
  }

  #prepareSpare(size: number): void {
    const number = (this.#segments.at(-1) ?? 0) + 1;
    this.#supply.prepare(number, size, (error, segment) => {
      const isAwaited = this.#waiting;
      this.#waiting = false;
      this.#spare = segment;
      if (segment !== null) this.#pump();
      // Not awaited: what comes next may still fit; if not it asks again.
      else if (error !== null && isAwaited) {
        this.#unprepared(storageError("preparing", this.#path(number), error));
      }
      this.#closeIfIdle();
    });
  }

  /** No space for a segment: writes that need it are refused, with everything behind them. */
  #unprepared(error: QuorateError): void {
    if (error.code !== "ERR_STORAGE_FULL") return this.#fail(error);
    for (const { done } of this.#queue.splice(0)) done(error);
  }

  /** What the disk holds is unknown from here on: nothing is tried again. */
  #fail(error: QuorateError): void {
    this.#failure ??= error;
    const abandoned = [...this.#inFlight, ...this.#queue];
    this.#inFlight = [];
    this.#queue = [];
    for (const { done } of abandoned) done(error);
    this.#closeIfIdle();
  }

  #path(segment: number): string {
    return join(this.#options.directory, segmentName(segment));
  }
}

/** Want of space is a refusal only where nothing was changed yet. */
function final(error: QuorateError): QuorateError {
  if (error.code !== "ERR_STORAGE_FULL") return error;
  return new QuorateError("ERR_STORAGE_FAILED", error.message, { cause: error.cause });
}

function stopped(): QuorateError {
  return new QuorateError("ERR_STOPPED", "the log is closed");
}
