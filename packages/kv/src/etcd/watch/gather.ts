import { WatchEvent } from "../codec/watch-event.ts";
import type { MvccStore } from "../store/mvcc-store.ts";
import type { Version } from "../store/version.ts";
import { EventRun } from "./event-run.ts";
import type { WatchGroup, WatchTable } from "./watch-table.ts";

/** What one look at the changes takes up at most, but for the revision that goes beyond. */
export interface GatherLimits {
  readonly changesMax: number;
  /** Of changes that somebody watches. */
  readonly bytesMax: number;
}

/** Some tenths of a millisecond, and what a response may well be large. */
export const GATHER_LIMITS: GatherLimits = { changesMax: 1_000, bytesMax: 256 * 1024 };

/** What was found. */
export interface Gathered {
  readonly due: ReadonlyMap<WatchGroup, EventRun>;
  /** Everything up to here was looked at. */
  readonly through: number;
}

/** Finds who is to hear of which changes from one revision to another, whole revisions only. */
export function gather(
  store: MvccStore,
  table: WatchTable,
  from: number,
  until: number,
  limits: GatherLimits,
): Gathered {
  const due = new Map<WatchGroup, EventRun>();
  if (table.isEmpty) return { due, through: until };
  const changes = store.pin(from);
  const concerned: WatchGroup[] = [];
  const concern = (group: WatchGroup): void => void concerned.push(group);
  let revision = from;
  let seen = 0;
  let bytes = 0;
  for (let change = changes.next(); change !== null; change = changes.next()) {
    if (change.mod > until) break;
    if (change.mod > revision) {
      if (seen >= limits.changesMax || bytes >= limits.bytesMax) {
        return { due, through: change.mod - 1 };
      }
      revision = change.mod;
    }
    seen++;
    table.visit(change.key, concern);
    if (concerned.length === 0) continue;
    bytes += change.bytes;
    const prevWanted = concerned.some((group) => group.prevWanted > 0);
    const event = new WatchEvent(change, prevWanted ? before(store, change) : null);
    for (const group of concerned) {
      const run = due.get(group);
      if (run === undefined) due.set(group, new EventRun([event]));
      else run.events.push(event);
    }
    concerned.length = 0;
  }
  return { due, through: until };
}

/** The version that a change replaced, if there was one and history still reaches back to it. */
function before(store: MvccStore, { key, mod, create }: Version): Version | null {
  return mod === create || mod <= store.compacted ? null : store.get(key, mod - 1);
}
