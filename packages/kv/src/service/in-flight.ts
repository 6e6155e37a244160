/** A request that waits for its answer: a link of the list that {@link InFlight} keeps. */
export interface InFlightRequest {
  /** Monotonic milliseconds at which the wait began. */
  readonly since: number;
  /** Bytes that the request holds on to. */
  readonly bytes: number;
  older: InFlightRequest | null;
  newer: InFlightRequest | null;
  /** Whether it still stands in the list: a request is answered once. */
  waiting: boolean;
  /** Called when nobody answered in time; the request is out of the list by then. */
  readonly expire: () => void;
}

/**
 * The requests under way, oldest first. All of them may wait equally long, so the list is sorted by
 * deadline of itself: adding and removing cost nothing, and one timer serves them all.
 */
export class InFlight {
  #oldest: InFlightRequest | null = null;
  #newest: InFlightRequest | null = null;
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(since: number, bytes: number, expire: () => void): InFlightRequest {
    const older = this.#newest;
    const request = { since, bytes, older, newer: null, waiting: true, expire };
    if (older === null) this.#oldest = request;
    else older.newer = request;
    this.#newest = request;
    this.#count++;
    this.#bytes += bytes;
    return request;
  }

  /** Takes the request out; false when it was answered or given up before. */
  settle(request: InFlightRequest): boolean {
    if (!request.waiting) return false;
    request.waiting = false;
    const { older, newer } = request;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    // A late answer keeps the request alive a while: it must not keep its neighbours too.
    request.older = null;
    request.newer = null;
    this.#count--;
    this.#bytes -= request.bytes;
    return true;
  }

  /** Gives up on everything that began before. */
  expireBefore(since: number): void {
    for (
      let oldest = this.#oldest;
      oldest !== null && oldest.since < since;
      oldest = this.#oldest
    ) {
      this.settle(oldest);
      oldest.expire();
    }
  }
}
