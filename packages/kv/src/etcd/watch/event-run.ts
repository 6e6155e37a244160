import type { WatchEvent } from "../codec/watch-event.ts";
import type { Interest, Watcher } from "./watcher.ts";

/** Events in the order of their revisions, of which each watcher takes what it wants. */
export class EventRun {
  /** Complete before anybody asks for anything of it. */
  readonly events: WatchEvent[];
  #bytes: number | null = null;
  #bytesWithPrev: number | null = null;
  #puts: EventRun | null = null;
  #deletions: EventRun | null = null;

  constructor(events: WatchEvent[]) {
    this.events = events;
  }

  /** What the events take in a response. */
  bytes(withPrev: boolean): number {
    if (withPrev) return (this.#bytesWithPrev ??= bytesOf(this.events, true));
    return (this.#bytes ??= bytesOf(this.events, false));
  }

  /** What of it the watcher has yet to hear of, and wants to; null for nothing. */
  for({ wants, next }: Watcher): EventRun | null {
    const wanted = this.#wanted(wants.interest);
    const [first] = wanted.events;
    if (first === undefined) return null;
    if (first.kv.mod >= next) return wanted;
    const rest = wanted.events.filter(({ kv }) => kv.mod >= next);
    return rest.length === 0 ? null : new EventRun(rest);
  }

  /** In pieces of so many bytes, or of one event. */
  *pieces(withPrev: boolean, bytesMax: number): Generator<EventRun, undefined> {
    let piece: WatchEvent[] = [];
    let bytes = 0;
    for (const event of this.events) {
      const size = event.bytes(withPrev).length;
      if (piece.length > 0 && bytes + size > bytesMax) {
        yield new EventRun(piece);
        piece = [];
        bytes = 0;
      }
      piece.push(event);
      bytes += size;
    }
    yield new EventRun(piece);
    return undefined;
  }

  #wanted(interest: Interest): EventRun {
    switch (interest) {
      case "all":
        return this;
      case "puts":
        return (this.#puts ??= new EventRun(this.events.filter((event) => !event.isDeletion)));
      case "deletions":
        return (this.#deletions ??= new EventRun(this.events.filter((event) => event.isDeletion)));
      case "nothing":
        return NOTHING;
    }
  }
}

const NOTHING = new EventRun([]);

function bytesOf(events: readonly WatchEvent[], withPrev: boolean): number {
  let bytes = 0;
  for (const event of events) bytes += event.bytes(withPrev).length;
  return bytes;
}
