import { gather, type Gathered } from "./gather.ts";
import { LATE, type Watcher } from "./watcher.ts";
import type { WatchHub } from "./watch-hub.ts";
import type { WatchStream } from "./watch-stream.ts";
import { WatchTable } from "./watch-table.ts";

/** Work in slices: each step of it is one, and gives what is known in the end. */
type Slices<Outcome> = Generator<undefined, Outcome>;

/**
 * The watchers of one stream that have missed changes: they began in the past, or their client read
 * too slowly. Nothing is kept for them but where each stands. They read up on the changes in the store,
 * all of them together: in each round a bounded piece, told for as long as the stream has room. Who
 * has missed nothing any more is live again.
 *
 * Invariant: all who take part in a round did so from its beginning.
 */
export class CatchUp {
  readonly #hub: WatchHub;
  readonly #stream: WatchStream;
  /** They wait for the next round. */
  readonly #late = new Set<Watcher>();
  readonly #reading = new Set<Watcher>();
  readonly #table = new WatchTable();
  readonly #rounds: Slices<never> = this.#run();

  constructor(hub: WatchHub, stream: WatchStream) {
    this.#hub = hub;
    this.#stream = stream;
  }

  /** How many are behind. */
  get size(): number {
    return this.#late.size + this.#reading.size;
  }

  add(watcher: Watcher): void {
    watcher.place = LATE;
    this.#late.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.#late.delete(watcher);
    this.#reading.delete(watcher);
    if (watcher.place.kind === "reading") this.#table.remove(watcher, watcher.place.group);
  }

  /** Does a slice of it; the stream must have room. */
  advance(): void {
    this.#rounds.next();
  }

  *#run(): Slices<never> {
    let from = Infinity;
    for (;;) {
      from = Math.min(from, yield* this.#takeIn());
      from = yield* this.#dropForgotten(from);
      // Within one turn from here to the end of `gather`: nothing is swept meanwhile.
      const { store, published, limits } = this.#hub;
      const { due, through } = gather(store, this.#table, from, published, limits.gather);
      yield* this.#tell(due, through);
      from = yield* this.#settle(through);
      yield;
    }
  }

  /** Begins a round with those who wait for it; the first revision that one of them misses. */
  *#takeIn(): Slices<number> {
    const { sliceWatchersMax } = this.#hub.limits;
    let from = Infinity;
    for (const watcher of this.#late) {
      this.#late.delete(watcher);
      this.#reading.add(watcher);
      watcher.place = { kind: "reading", group: this.#table.add(watcher) };
      from = Math.min(from, watcher.next);
      if (this.#reading.size % sliceWatchersMax === 0) yield;
    }
    return from;
  }

  /** Ends those who have yet to hear of what is forgotten; the first revision that another misses. */
  *#dropForgotten(from: number): Slices<number> {
    let missed = from;
    while (missed < this.#hub.store.intactFrom) {
      const { intactFrom } = this.#hub.store;
      missed = Infinity;
      for (const watcher of this.#reading) {
        if (watcher.next < intactFrom) this.#stream.endCompacted(watcher);
        else missed = Math.min(missed, watcher.next);
        while (this.#stream.isBlocked) yield;
      }
    }
    return missed;
  }

  *#tell(due: Gathered["due"], through: number): Slices<undefined> {
    const { sliceWatchersMax } = this.#hub.limits;
    let told = 0;
    for (const [{ watchers }, run] of due) {
      for (const watcher of watchers) {
        this.#stream.tell(watcher, run, through);
        if (++told % sliceWatchersMax === 0) yield;
        while (this.#stream.isBlocked) yield;
      }
    }
    return undefined;
  }

  /** Ends a round; the first revision that one of those misses who stay for another. */
  *#settle(through: number): Slices<number> {
    const { sliceWatchersMax } = this.#hub.limits;
    let from = Infinity;
    let settled = 0;
    for (const watcher of this.#reading) {
      watcher.next = Math.max(watcher.next, through + 1);
      if (watcher.next > this.#hub.published) {
        this.remove(watcher);
        this.#hub.enliven(watcher);
      } else from = Math.min(from, watcher.next);
      if (++settled % sliceWatchersMax === 0) yield;
    }
    return from;
  }
}
