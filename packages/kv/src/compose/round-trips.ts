import type { GroupId, NodeId } from "@quorate/core";
import { roundTripHistogram } from "../etcd/metrics/index.ts";
import type { Histogram } from "../metrics/index.ts";

/** How far the members of every group of this process are from their peers. */
export class RoundTrips {
  readonly #histograms = new Map<string, Histogram>();

  observe(group: GroupId, peer: NodeId, millis: number): void {
    const name = `${group}/${peer}`;
    const histogram = this.#histograms.get(name) ?? roundTripHistogram();
    this.#histograms.set(name, histogram);
    histogram.observe(millis / 1000);
  }

  /** Null when it was never measured. */
  of(group: GroupId, peer: NodeId): Histogram | null {
    return this.#histograms.get(`${group}/${peer}`) ?? null;
  }
}
