/** What is looked at. */
interface ServingCluster {
  readonly ensemble: { readonly now: number };
  after(millis: number, run: () => void): void;
  /** A name for the leadership that can serve now. */
  servingLeader(): string | null;
}

/** How often it is looked whether somebody can serve. */
const LOOK_MILLIS = 50;

/** Remembers when there was a leader that could serve, and how often one was elected. */
export class ServingTime {
  readonly #cluster: ServingCluster;
  /** One and the same leader could serve from one look to the next; joined where they meet. */
  readonly #spans: { readonly from: number; to: number }[] = [];
  readonly #interruptions: number[] = [];
  #last: { readonly leader: string | null; readonly at: number } = { leader: null, at: 0 };

  constructor(cluster: ServingCluster) {
    this.#cluster = cluster;
  }

  /** Begins to look. */
  start(): void {
    this.#look();
  }

  /** A member began to lead, or nearly so. */
  interrupted(): void {
    this.#interruptions.push(this.#cluster.ensemble.now);
  }

  /** How long of that time there was a leader that could serve. */
  between(from: number, to: number): number {
    let sum = 0;
    for (const span of this.#spans) {
      sum += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
    }
    return sum;
  }

  interruptionsBetween(from: number, to: number): number {
    return this.#interruptions.filter((at) => at >= from && at <= to).length;
  }

  #look(): void {
    const at = this.#cluster.ensemble.now;
    const leader = this.#cluster.servingLeader();
    const { leader: before, at: from } = this.#last;
    this.#last = { leader, at };
    if (leader !== null && leader === before) {
      const span = this.#spans.at(-1);
      if (span?.to === from) span.to = at;
      else this.#spans.push({ from, to: at });
    }
    this.#cluster.after(LOOK_MILLIS, () => this.#look());
  }
}
