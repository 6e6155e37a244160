/** Something that will happen at a virtual time. */
export interface TimedEvent {
  /** ms since time began. */
  readonly time: number;
  /** Breaks ties: what was asked for first happens first. */
  readonly sequence: number;
  /** The member whose process it happens in, by number; -1: outside all of them. */
  readonly member: number;
  readonly run: () => void;
}

/** Virtual time: events in the order of their times, in a binary heap. */
export class EventQueue {
  readonly #heap: TimedEvent[] = [];
  #sequence = 0;
  #now = 0;

  /** The time of the newest event taken. */
  get now(): number {
    return this.#now;
  }

  get nextTime(): number {
    return this.#heap[0]?.time ?? Infinity;
  }

  /** @returns what {@link remove} takes back */
  add(delayMillis: number, member: number, run: () => void): TimedEvent {
    const event: TimedEvent = {
      time: this.#now + delayMillis,
      sequence: this.#sequence++,
      member,
      run,
    };
    this.#rise(this.#heap.length, event);
    return event;
  }

  /** Takes the next event and moves the time to it, unless it is there already. */
  take(): TimedEvent | null {
    const first = this.#heap[0];
    if (first === undefined) return null;
    this.#fill(0);
    this.#now = Math.max(this.#now, first.time);
    return first;
  }

  /** The event does not happen; nothing when it has happened. */
  remove(event: TimedEvent): void {
    const at = this.#heap.indexOf(event);
    if (at >= 0) this.#fill(at);
  }

  /** Moves the time forward; what was due before then happens late. */
  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  /** Puts the last event where one is taken out. */
  #fill(at: number): void {
    const last = this.#heap.pop();
    if (last === undefined || at === this.#heap.length) return;
    const above = this.#heap[(at - 1) >> 1];
    if (above !== undefined && isBefore(last, above)) this.#rise(at, last);
    else this.#sink(at, last);
  }

  #rise(from: number, event: TimedEvent): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #sink(from: number, event: TimedEvent): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      const left = heap[at * 2 + 1];
      const right = heap[at * 2 + 2];
      if (left === undefined) break;
      const rightIsBefore = right !== undefined && isBefore(right, left);
      const below = rightIsBefore ? right : left;
      if (!isBefore(below, event)) break;
      heap[at] = below;
      at = at * 2 + (rightIsBefore ? 2 : 1);
    }
    heap[at] = event;
  }
}

function isBefore(a: TimedEvent, b: TimedEvent): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
