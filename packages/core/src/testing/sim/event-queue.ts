/** Something that will happen at a virtual time. */
export interface SimEvent {
  /** ms since the simulation began. */
  readonly time: number;
  /** Breaks ties: what was asked for first happens first. */
  readonly sequence: number;
  /** The member whose process it happens in, by number; -1: outside all of them. */
  readonly member: number;
  readonly run: () => void;
}

/** Events in the order of their times: a binary heap. */
export class EventQueue {
  readonly #heap: SimEvent[] = [];
  #sequence = 0;
  #now = 0;

  /** The time of the newest event taken. */
  get now(): number {
    return this.#now;
  }

  get nextTime(): number {
    return this.#heap[0]?.time ?? Infinity;
  }

  add(delayMillis: number, member: number, run: () => void): void {
    const event: SimEvent = {
      time: this.#now + delayMillis,
      sequence: this.#sequence++,
      member,
      run,
    };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  /** Takes the next event and moves the time to it. */
  take(): SimEvent | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) this.#sift(last);
    this.#now = first.time;
    return first;
  }

  /** Moves the time forward to where nothing happens any more before it. */
  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  #sift(event: SimEvent): void {
    const heap = this.#heap;
    let at = 0;
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

function isBefore(a: SimEvent, b: SimEvent): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
