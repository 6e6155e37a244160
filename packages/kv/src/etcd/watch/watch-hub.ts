import type { Prng } from "@quorate/core";
import type { MvccStore } from "../store/mvcc-store.ts";
import { gather } from "./gather.ts";
import { WATCH_LIMITS, type WatchLimits } from "./watch-limits.ts";
import { WatchStream, type WatchOutput } from "./watch-stream.ts";
import { WatchTable } from "./watch-table.ts";
import type { Watcher } from "./watcher.ts";

/** What a hub is made of. */
export interface WatchHubOptions {
  /** A snapshot may give it another store. */
  readonly source: { readonly store: MvccStore };
  /** Between two progress notifications, and a tenth more at most. */
  readonly progressNotifyMillis: number;
  readonly prng: Prng;
  /** There is something to {@link WatchHub.advance}, after there was nothing. */
  readonly wantWork: () => void;
  readonly limits?: Partial<WatchLimits>;
}

/**
 * Tells watchers of changes. It remembers the revision that everybody live has heard of, and takes
 * what came since from the store: a change costs nothing where nobody watches, and nothing is kept
 * for watchers but where they stand.
 *
 * Invariant: what is published was told, as far as it wants to hear of it, to every live watcher.
 */
export class WatchHub {
  readonly limits: WatchLimits;
  readonly #options: WatchHubOptions;
  readonly #live = new WatchTable();
  readonly #streams = new Set<WatchStream>();
  /** Those who can do something about being behind, in the order of their turns. */
  readonly #ready = new Set<WatchStream>();
  #published: number;
  #watchers = 0;
  #eventsTold = 0;
  #isWorking = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.limits = { ...WATCH_LIMITS, ...options.limits };
    this.#published = options.source.store.revision;
  }

  /** The revision that every live watcher has heard of. */
  get published(): number {
    return this.#published;
  }

  /** Watchers of all streams. */
  get watchers(): number {
    return this.#watchers;
  }

  /** Streams that clients have open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Watchers that have missed changes, and read up on them as their clients read. */
  get behind(): number {
    let count = 0;
    for (const stream of this.#streams) count += stream.behind;
    return count;
  }

  /** Events that watchers were told, of all of them together. */
  get eventsTold(): number {
    return this.#eventsTold;
  }

  /** A client wants to watch. */
  open(output: WatchOutput): WatchStream {
    const stream = new WatchStream(this, output);
    this.#streams.add(stream);
    return stream;
  }

  /** To be called when something was applied, or a snapshot replaced the store. */
  publish(): void {
    const { store } = this;
    if (this.#published >= store.revision) return;
    if (this.#published + 1 < store.intactFrom) this.#interrupt(store.intactFrom);
    const from = this.#published + 1;
    const { due, through } = gather(store, this.#live, from, store.revision, this.limits.gather);
    this.#published = through;
    for (const [{ watchers }, run] of due) {
      for (const watcher of watchers) {
        const { stream } = watcher;
        if (stream.isBlocked) this.#fallBehind(watcher, from);
        else stream.tell(watcher, run, through);
      }
    }
    if (through < store.revision) this.#work();
  }

  /** Does a slice of what is left to be done; answers whether there is more. */
  advance(): boolean {
    this.publish();
    const [stream] = this.#ready;
    if (stream !== undefined) {
      this.#ready.delete(stream);
      if (stream.isReady) stream.advance();
      if (stream.isReady) this.#ready.add(stream);
    }
    this.#isWorking = this.#ready.size > 0 || this.#published < this.store.revision;
    return this.#isWorking;
  }

  /** To be called now and then. */
  tick(now: number): void {
    for (const stream of this.#streams) stream.tick(now);
  }

  // From the streams.

  get store(): MvccStore {
    return this.#options.source.store;
  }

  /** A watcher begins, now or in the past. */
  add(watcher: Watcher): void {
    this.#watchers++;
    if (watcher.next > this.#published) this.enliven(watcher);
    else watcher.stream.addLate(watcher);
  }

  /** A watcher was told so many events. */
  told(events: number): void {
    this.#eventsTold += events;
  }

  /** It has missed nothing. */
  enliven(watcher: Watcher): void {
    watcher.place = { kind: "live", group: this.#live.add(watcher) };
  }

  remove(watcher: Watcher): void {
    this.#watchers--;
    if (watcher.place.kind === "live") this.#live.remove(watcher, watcher.place.group);
  }

  closed(stream: WatchStream): void {
    this.#streams.delete(stream);
  }

  /** The stream may have something to do. */
  wake(stream: WatchStream): void {
    if (!stream.isReady) return;
    this.#ready.add(stream);
    this.#work();
  }

  /** How long until the next progress notifications: not all streams at once. */
  notifyMillis(): number {
    const { progressNotifyMillis, prng } = this.#options;
    return progressNotifyMillis + prng.below(progressNotifyMillis / 10);
  }

  /**
   * Changes are forgotten that were never published, as the snapshot of another member has not got them:
   * everybody is behind, and those who wanted to hear of them will be told that they are gone.
   */
  #interrupt(intactFrom: number): void {
    const from = this.#published + 1;
    this.#published = intactFrom - 1;
    for (const { watchers } of this.#live.groups()) {
      for (const watcher of watchers) this.#fallBehind(watcher, from);
    }
  }

  #fallBehind(watcher: Watcher, from: number): void {
    if (watcher.place.kind === "live") this.#live.remove(watcher, watcher.place.group);
    watcher.next = Math.max(watcher.next, from);
    watcher.stream.addLate(watcher);
  }

  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#options.wantWork();
  }
}
