import { encodeWatchCreate, type WatchAnswer } from "../etcd/codec/index.ts";
import type { EtcdError } from "./etcd-error.ts";
import { Inbox } from "./inbox.ts";
import type { KeyRange } from "./key-range.ts";
import { changeOf, sizeOf, type Change, type WatchItem } from "./watch-item.ts";
import type { Watcher, WatchStream } from "./watch-stream.ts";

/** What a watch tells, and how much of it may wait. */
export interface WatchOptions {
  /** Changes of this revision and all later ones; if it is left out, those that are to come. */
  readonly fromRevision?: number;
  /** Also what the keys were before. */
  readonly prevKv?: boolean;
  /** Leaves out the other kind. */
  readonly only?: "puts" | "deletes";
  /** Ends the watch with an error: the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** About how much may wait to be taken; 4 MiB if it is left out. */
  readonly bufferBytes?: number;
}

const BUFFER_BYTES = 4 * 1024 * 1024;

/** Turns what the server says of one watch into items that wait to be taken. */
export class WatchFeed implements Watcher {
  /** Resolves to the first revision whose changes are told, once the server watches. */
  readonly ready: Promise<number>;
  readonly inbox: Inbox<WatchItem>;
  readonly #stream: WatchStream;
  readonly #range: KeyRange;
  readonly #options: WatchOptions;
  readonly #bufferBytes: number;
  /** The first revision that was not told yet; 0 while it is the server's to say. */
  #next: number;
  /** What was heard of one revision, of which more may follow. */
  #heard: Change[] = [];
  /** The server was told to stop, as too much waits. */
  #suspended = false;
  #isReady: (revision: number) => void = () => undefined;
  #isNeverReady: (error: unknown) => void = () => undefined;

  constructor(stream: WatchStream, range: KeyRange, options: WatchOptions) {
    const { fromRevision = 0, bufferBytes = BUFFER_BYTES, signal } = options;
    this.#stream = stream;
    this.#range = range;
    this.#options = options;
    this.#next = fromRevision;
    this.#bufferBytes = bufferBytes;
    this.inbox = new Inbox(() => this.#emptied());
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isNeverReady = reject;
    });
    // Whoever does not ask for it hears of a failure all the same, from the inbox.
    this.ready.catch(() => undefined);
    if (signal?.aborted === true) this.end(signal.reason);
    else {
      signal?.addEventListener("abort", this.#abort);
      stream.add(this);
    }
  }

  /** Ends the watch and drops what waits. */
  end(error: unknown): void {
    this.#stream.remove(this);
    this.inbox.clear();
    this.#conclude(error);
  }

  createRequest(): Uint8Array {
    const { only, prevKv = false } = this.#options;
    this.#heard = [];
    return encodeWatchCreate({
      ...this.#range,
      startRevision: this.#next,
      prevKv,
      noPut: only === "deletes",
      noDelete: only === "puts",
      // Moves on what is asked for after a break, where the keys do not change.
      progressNotify: true,
      fragment: true,
    });
  }

  created(revision: number): void {
    if (this.#next === 0) this.#next = revision + 1;
    this.#isReady(this.#next);
  }

  heard({ header, events, fragment }: WatchAnswer): void {
    if (events.length === 0 && !fragment) return this.#progressed(header.revision);
    for (const event of events) {
      const revision = this.#heard[0]?.kv.modRevision ?? event.kv.modRevision;
      if (event.kv.modRevision !== revision) this.#tell();
      if (this.#suspended) return;
      this.#heard.push(changeOf(event));
    }
    if (!fragment) this.#tell();
  }

  compacted(revision: number): void {
    const from = this.#next;
    this.#next = revision + 1;
    this.#put({ kind: "gap", from, compacted: revision });
  }

  failed(error: EtcdError): void {
    this.#conclude(error);
  }

  readonly #abort = (): void => this.end(this.#options.signal?.reason);

  #conclude(error: unknown): void {
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#isNeverReady(error ?? new Error("the watch was cancelled"));
    this.inbox.end(error);
  }

  /** Tells what one revision changed, now that all of it is known; or suspends the watch. */
  #tell(): void {
    const changes = this.#heard;
    this.#heard = [];
    const revision = changes[0]?.kv.modRevision;
    if (revision === undefined) return;
    const item: WatchItem = { kind: "changes", revision, changes };
    if (!this.inbox.isEmpty && this.inbox.size + sizeOf(item) > this.#bufferBytes) {
      this.#suspended = true;
      this.#stream.remove(this);
    } else {
      this.#next = revision + 1;
      this.#put(item);
    }
  }

  #progressed(revision: number): void {
    this.#next = Math.max(this.#next, revision + 1);
    if (this.inbox.size < this.#bufferBytes) this.#put({ kind: "progress", revision });
  }

  #put(item: WatchItem): void {
    this.inbox.put(item, sizeOf(item));
  }

  #emptied(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#stream.add(this);
  }
}
