import {
  descriptors,
  expose,
  heapFamilies,
  LoopMonitor,
  processFamilies,
} from "../../metrics/index.ts";
import type { ServerFacts } from "../facts/index.ts";
import { zookeeperFamilies } from "./zookeeper-families.ts";

/** Tells Prometheus how a server fares, under ZooKeeper's names where it has some. */
export class ZooKeeperMetrics {
  readonly #facts: () => ServerFacts;
  readonly #loop = new LoopMonitor();

  constructor(facts: () => ServerFacts) {
    this.#facts = facts;
  }

  /** What there is to tell now, in Prometheus's text format. */
  async scrape(): Promise<string> {
    const files = await descriptors();
    return expose([
      ...zookeeperFamilies(this.#facts(), files),
      ...processFamilies(files),
      ...heapFamilies(),
      ...this.#loop.families(),
    ]);
  }

  stop(): void {
    this.#loop.stop();
  }
}
