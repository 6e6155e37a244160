import type { NodeId } from "@quorate/core";
import { CallCounts, type Services } from "../../grpc/index.ts";
import {
  descriptors,
  doublingBounds,
  expose,
  heapFamilies,
  Histogram,
  histogram,
  LoopMonitor,
  processFamilies,
  type Family,
} from "../../metrics/index.ts";
import type { EtcdMember } from "../api/etcd-member.ts";
import { HealthChecks, healthProbe } from "../api/health-checks.ts";
import { callFamilies } from "./call-families.ts";
import { keyspaceFamilies, watchFamilies } from "./keyspace-families.ts";
import { peerFamilies, type PeerSource } from "./peer-families.ts";
import { descriptorFamilies, healthFamilies, serverFamilies } from "./server-families.ts";

/** How long it takes until a write to the log is durable, in seconds; bounds as etcd has them. */
export function walSyncHistogram(): Histogram {
  return new Histogram(doublingBounds(0.001, 14));
}

/** How long it takes to a peer and back, in seconds; bounds as etcd has them. */
export function roundTripHistogram(): Histogram {
  return new Histogram(doublingBounds(0.0001, 16));
}

/** What metrics are taken from. */
export interface EtcdMetricsOptions {
  readonly member: EtcdMember;
  /** Their calls are counted. */
  readonly services: Services;
  /** Whether to measure how long calls take. */
  readonly timed: boolean;
  /** Of a {@link walSyncHistogram}. */
  readonly walSync: Histogram;
  readonly peers: PeerSource;
}

/** Tells Prometheus how a member fares, under etcd's names where it has some. */
export class EtcdMetrics {
  readonly calls: CallCounts;
  readonly health: HealthChecks;
  readonly #options: EtcdMetricsOptions;
  readonly #loop = new LoopMonitor();
  readonly #stopWatching: () => void;
  #leader: NodeId | null;
  #leaderChanges = 0;

  constructor(options: EtcdMetricsOptions) {
    const { member, services, timed } = options;
    this.#options = options;
    this.calls = new CallCounts(services, { timed, versionHeader: "client-api-version" });
    this.health = new HealthChecks(healthProbe(member));
    this.#leader = null;
    this.#sawLeader(member.requests.view().leader);
    this.#stopWatching = member.requests.onView(({ leader }) => this.#sawLeader(leader));
  }

  /** What there is to tell now, in Prometheus's text format. */
  async scrape(): Promise<string> {
    const files = await descriptors();
    return expose([...this.#families(), ...processFamilies(files), ...descriptorFamilies(files)]);
  }

  stop(): void {
    this.#stopWatching();
    this.#loop.stop();
  }

  #families(): readonly Family[] {
    const { member, walSync, peers } = this.#options;
    return [
      ...serverFamilies(member, this.#leaderChanges),
      ...healthFamilies(this.health),
      ...keyspaceFamilies(member),
      ...watchFamilies(member),
      ...callFamilies(this.calls),
      histogram(
        "etcd_disk_wal_fsync_duration_seconds",
        "How long it took until what was written to the log was durable.",
        walSync,
      ),
      ...peerFamilies(member.self, peers),
      ...heapFamilies(),
      ...this.#loop.families(),
    ];
  }

  /** As etcd counts: the same leader counts again when there was none meanwhile. */
  #sawLeader(leader: NodeId | null): void {
    if (leader !== null && leader !== this.#leader) this.#leaderChanges++;
    this.#leader = leader;
  }
}
