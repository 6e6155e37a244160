/** How much of its history a member's cluster keeps, where nobody compacts it by hand. */
export type AutoCompaction =
  /** What is older than so many milliseconds goes. */
  | { readonly mode: "periodic"; readonly retentionMillis: number }
  /** All but the last so many revisions goes. */
  | { readonly mode: "revision"; readonly retention: number };

/**
 * When to compact to which revision. It knows neither the group nor the clock: whoever asks it says
 * what time it is, and how far the keyspace has come.
 */
export interface CompactionPlan {
  /** To be asked often. A revision to compact to now, or null. */
  next(now: number, revision: number): number | null;
  /** What {@link next} said last was done. */
  done(): void;
}

export function compactionPlan(retained: AutoCompaction): CompactionPlan {
  return retained.mode === "periodic"
    ? new PeriodicPlan(retained.retentionMillis)
    : new RevisionPlan(retained.retention);
}

const MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 60 * MINUTE_MILLIS;

/** How often the revision is noted, and compactions that failed are tried again, in each interval. */
const SAMPLES = 10;

interface Sample {
  readonly at: number;
  readonly revision: number;
}

/**
 * Keeps the history of some time. What is older goes whenever so much time has passed again, and every
 * hour where it is longer.
 */
class PeriodicPlan implements CompactionPlan {
  readonly #retentionMillis: number;
  readonly #everyMillis: number;
  /** Ascending; the first is the newest of those that are old enough, once there is one. */
  readonly #samples: Sample[] = [];
  #sampledAt = -Infinity;
  #doneAt = -Infinity;

  constructor(retentionMillis: number) {
    this.#retentionMillis = retentionMillis;
    this.#everyMillis = Math.min(retentionMillis, HOUR_MILLIS);
  }

  next(now: number, revision: number): number | null {
    if (now - this.#sampledAt < this.#everyMillis / SAMPLES) return null;
    this.#sampledAt = now;
    this.#samples.push({ at: now, revision });
    const due = now - this.#retentionMillis;
    while ((this.#samples[1]?.at ?? Infinity) <= due) this.#samples.shift();
    const [oldest] = this.#samples;
    if (oldest === undefined || oldest.at > due) return null;
    return now - this.#doneAt < this.#everyMillis ? null : oldest.revision;
  }

  done(): void {
    this.#doneAt = this.#sampledAt;
  }
}

/** How often a number of revisions is enforced, as in etcd. */
const REVISION_EVERY_MILLIS = 5 * MINUTE_MILLIS;

/** Keeps a number of revisions. */
class RevisionPlan implements CompactionPlan {
  readonly #retention: number;
  /** Null before it was asked for the first time. */
  #askedAt: number | null = null;

  constructor(retention: number) {
    this.#retention = retention;
  }

  next(now: number, revision: number): number | null {
    this.#askedAt ??= now;
    if (now - this.#askedAt < REVISION_EVERY_MILLIS) return null;
    this.#askedAt = now;
    return revision - this.#retention;
  }

  /** The next time comes by itself, done or not. */
  done(): void {}
}
