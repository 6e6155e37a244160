import type { WatchCreateRequest } from "../codec/watch-requests.ts";
import { NO_WATCH_ID, type WatchResponse } from "../codec/watch-responses.ts";
import { keyRange, type KeyRange } from "../store/key-order.ts";
import { CatchUp } from "./catch-up.ts";
import type { EventRun } from "./event-run.ts";
import { GONE, Watcher, type Interest } from "./watcher.ts";
import type { WatchHub } from "./watch-hub.ts";

/** Where a stream's responses go. */
export interface WatchOutput {
  /** Takes a response; false when the stream should wait for room before it says more. */
  send(response: WatchResponse): boolean;
}

const FIRST_KEY = Uint8Array.of(0);

/** The watchers of one client's stream. */
export class WatchStream {
  readonly #hub: WatchHub;
  readonly #output: WatchOutput;
  readonly #watchers = new Map<bigint, Watcher>();
  readonly #catchUp: CatchUp;
  #nextId = 0n;
  #isBlocked = false;
  #isClosed = false;
  #progressWanted = false;
  /** When the next progress notifications are due; null before there was anybody to notify. */
  #notifyAt: number | null = null;

  constructor(hub: WatchHub, output: WatchOutput) {
    this.#hub = hub;
    this.#output = output;
    this.#catchUp = new CatchUp(hub, this);
  }

  /** No more than what is asked for is to be said before {@link drained}. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Watchers that have missed changes. */
  get behind(): number {
    return this.#catchUp.size;
  }

  /** Somebody is behind, and there is room to do something about it. */
  get isReady(): boolean {
    return !this.#isBlocked && !this.#isClosed && this.#catchUp.size > 0;
  }

  /** A watcher is created before anything is told of it; one that is refused has no id. */
  create(request: WatchCreateRequest): void {
    const { revision, compacted } = this.#hub.store;
    const range = rangeOf(request);
    const reason = this.#refusal(request, range);
    if (reason !== null) return this.#send({ kind: "refused", revision, reason });
    const watchId = request.watchId === 0n ? this.#freeId() : request.watchId;
    const next = request.startRevision === 0 ? revision + 1 : request.startRevision;
    this.#send({ kind: "created", revision, watchId });
    if (next < compacted) return this.#send({ kind: "compacted", watchId, compacted });
    // Saying so may have been too much for a client that does not listen.
    if (this.#isClosed) return;
    const { prevKv, fragment, progressNotify } = request;
    const options = { interest: interestOf(request), prevKv, fragment, progressNotify };
    const watcher = new Watcher(this, watchId, range, next, options);
    this.#watchers.set(watchId, watcher);
    this.#hub.add(watcher);
  }

  /** Of a watcher that is not there etcd says nothing either. */
  cancel(watchId: bigint): void {
    const watcher = this.#watchers.get(watchId);
    if (watcher === undefined) return;
    this.#remove(watcher);
    this.#send({ kind: "canceled", revision: this.#hub.store.revision, watchId });
    this.#answerProgress();
  }

  /** Is answered once, when nobody is behind, however often it was asked by then. */
  requestProgress(): void {
    this.#progressWanted = true;
    this.#answerProgress();
  }

  /** There is room again. */
  drained(): void {
    this.#isBlocked = false;
    this.#answerProgress();
    this.#hub.wake(this);
  }

  /** Forgets all of it: the client is gone. */
  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#watchers.values()) this.#remove(watcher);
    this.#hub.closed(this);
  }

  // From the hub.

  /** The watcher misses changes. */
  addLate(watcher: Watcher): void {
    this.#catchUp.add(watcher);
    this.#hub.wake(this);
  }

  /** Does a slice of what there is to be done. */
  advance(): void {
    this.#catchUp.advance();
    this.#answerProgress();
  }

  /** Tells a watcher what it wants to hear of, everything up to a revision. */
  tell(watcher: Watcher, run: EventRun, through: number): void {
    const wanted = run.for(watcher);
    if (wanted === null) return;
    watcher.isQuiet = false;
    const { fragmentBytes } = this.#hub.limits;
    if (!watcher.wants.fragment || wanted.bytes(watcher.wants.prevKv) <= fragmentBytes) {
      return this.#tellPiece(watcher, wanted, through, false);
    }
    const pieces = [...wanted.pieces(watcher.wants.prevKv, fragmentBytes)];
    for (const [i, piece] of pieces.entries()) {
      this.#tellPiece(watcher, piece, through, i < pieces.length - 1);
    }
  }

  /** Ends a watcher that has yet to hear of what is forgotten. */
  endCompacted(watcher: Watcher): void {
    this.#remove(watcher);
    const { compacted } = this.#hub.store;
    this.#send({ kind: "compacted", watchId: watcher.id, compacted });
  }

  /** Notifies those who want it and heard nothing since the last time, if it is time again. */
  tick(now: number): void {
    if (this.#isBlocked || (this.#notifyAt !== null && now < this.#notifyAt)) return;
    const isDue = this.#notifyAt !== null;
    this.#notifyAt = now + this.#hub.notifyMillis();
    if (!isDue) return;
    const { published: revision } = this.#hub;
    for (const watcher of this.#watchers.values()) {
      if (!watcher.wants.progressNotify || this.#isBlocked) continue;
      // Who waits for a later revision has not heard of everything up to this one.
      const isLive = watcher.place.kind === "live" && watcher.next <= revision + 1;
      if (isLive && watcher.isQuiet) {
        this.#send({ kind: "progress", revision, watchId: watcher.id });
      }
      watcher.isQuiet = true;
    }
  }

  #tellPiece(watcher: Watcher, run: EventRun, revision: number, isFragment: boolean): void {
    const { idField: watchIdField, wants } = watcher;
    const withPrev = wants.prevKv;
    const { events } = run;
    const bytes = run.bytes(withPrev);
    this.#hub.told(events.length);
    this.#send({ kind: "events", revision, watchIdField, events, withPrev, bytes, isFragment });
  }

  #send(response: WatchResponse): void {
    if (!this.#output.send(response)) this.#isBlocked = true;
  }

  #answerProgress(): void {
    if (!this.#progressWanted || this.#isBlocked || this.#catchUp.size > 0) return;
    this.#progressWanted = false;
    const { published: revision } = this.#hub;
    this.#send({ kind: "progress", revision, watchId: NO_WATCH_ID });
  }

  #remove(watcher: Watcher): void {
    this.#watchers.delete(watcher.id);
    this.#hub.remove(watcher);
    this.#catchUp.remove(watcher);
    watcher.place = GONE;
  }

  #refusal({ startRevision, watchId }: WatchCreateRequest, { from, to }: KeyRange): string | null {
    if (startRevision < 0) return "etcdserver: mvcc: required revision has been compacted";
    if (to !== null && from >= to) return "mvcc: watcher range is empty";
    if (watchId !== 0n && this.#watchers.has(watchId)) {
      return "mvcc: duplicate watch ID provided on the WatchStream";
    }
    const { watchersMax, streamWatchersMax } = this.#hub.limits;
    if (this.#watchers.size >= streamWatchersMax) {
      return `etcdserver: too many watchers on one stream, at most ${streamWatchersMax}`;
    }
    if (this.#hub.watchers >= watchersMax) {
      return `etcdserver: too many watchers on this member, at most ${watchersMax}`;
    }
    return null;
  }

  #freeId(): bigint {
    while (this.#watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }
}

/** No key is the first of all. */
function rangeOf({ key, rangeEnd }: WatchCreateRequest): KeyRange {
  return keyRange(key.length === 0 ? FIRST_KEY : key, rangeEnd);
}

function interestOf({ noPut, noDelete }: WatchCreateRequest): Interest {
  if (noPut) return noDelete ? "nothing" : "deletions";
  return noDelete ? "puts" : "all";
}
