import { watchIdField } from "../codec/watch-responses.ts";
import type { KeyRange } from "../store/key-order.ts";
import type { WatchGroup } from "./watch-table.ts";
import type { WatchStream } from "./watch-stream.ts";

/** Which events a watcher wants to hear of. */
export type Interest = "all" | "puts" | "deletions" | "nothing";

/** Where a watcher stands. */
export type WatcherPlace =
  /** It hears of changes as they are published, if not only of later ones. */
  | { readonly kind: "live"; readonly group: WatchGroup }
  /** It has missed changes, and its stream has not begun to read up on them. */
  | { readonly kind: "late" }
  /** Its stream reads up on what it has missed. */
  | { readonly kind: "reading"; readonly group: WatchGroup }
  | { readonly kind: "gone" };

/** What a watcher wants. */
export interface WatcherOptions {
  readonly interest: Interest;
  readonly prevKv: boolean;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
}

/** One client's interest in a key or a range. */
export class Watcher {
  readonly stream: WatchStream;
  readonly id: bigint;
  readonly idField: Uint8Array;
  readonly range: KeyRange;
  readonly wants: WatcherOptions;
  /**
   * Of revisions before this one it is told nothing: it was, or does not want to be. A live watcher was
   * also told of everything that is published.
   */
  next: number;
  place: WatcherPlace = GONE;
  /** Whether there was no event since the last progress notification was due. */
  isQuiet = true;

  constructor(
    stream: WatchStream,
    id: bigint,
    range: KeyRange,
    next: number,
    wants: WatcherOptions,
  ) {
    this.stream = stream;
    this.id = id;
    this.idField = watchIdField(id);
    this.range = range;
    this.next = next;
    this.wants = wants;
  }
}

export const GONE: WatcherPlace = { kind: "gone" };
export const LATE: WatcherPlace = { kind: "late" };
