import { Tally } from "./tally.ts";

/** How much is asked of a summary: its middle alone, or its slow end as well. */
export type SummaryDetail = "basic" | "advanced";

const QUANTILES: Readonly<Record<SummaryDetail, readonly number[]>> = {
  basic: [0.5],
  advanced: [0.5, 0.9, 0.99],
};

/** Quantiles are those of so many of the newest values. */
const RECENT = 1024;

/** A tally that can also be asked below which value most of the newest were. */
export class Summary {
  readonly detail: SummaryDetail;
  readonly tally: Tally = new Tally();
  readonly #recent: number[] = [];
  #next = 0;

  constructor(detail: SummaryDetail) {
    this.detail = detail;
  }

  /** What is told of it everywhere. */
  get quantiles(): readonly number[] {
    return QUANTILES[this.detail];
  }

  observe(value: number): void {
    this.tally.observe(value);
    this.#recent[this.#next] = value;
    this.#next = (this.#next + 1) % RECENT;
  }

  /** For each quantile the value that so large a part of the newest does not exceed; NaN before there is one. */
  valuesAt(quantiles: readonly number[]): readonly number[] {
    const sorted = this.#recent.toSorted((a, b) => a - b);
    return quantiles.map((quantile) => {
      const rank = Math.max(1, Math.ceil(quantile * sorted.length));
      return sorted[rank - 1] ?? Number.NaN;
    });
  }

  reset(): void {
    this.tally.reset();
    this.#recent.length = 0;
    this.#next = 0;
  }
}
