import type { WatchFeed } from "./watch-feed.ts";
import type { WatchItem } from "./watch-item.ts";

/**
 * The changes of some keys, in order, each once: `for await` takes them. Whoever takes them too slowly
 * loses none: the server is told to stop, and asked again for the rest once what waits is taken.
 */
export class Watch implements AsyncIterableIterator<WatchItem, undefined> {
  readonly #feed: WatchFeed;

  constructor(feed: WatchFeed) {
    this.#feed = feed;
  }

  /**
   * The first revision whose changes are told, once the server watches: what happens after this
   * resolves is not missed.
   */
  get ready(): Promise<number> {
    return this.#feed.ready;
  }

  /** The next item; waits for it. */
  next(): Promise<IteratorResult<WatchItem, undefined>> {
    return this.#feed.inbox.take();
  }

  /** Ends the watch, and with it the iteration. */
  cancel(): void {
    this.#feed.end(null);
  }

  /** As `cancel`: called when a loop is left. */
  return(): Promise<IteratorResult<WatchItem, undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
