import type { Prng } from "@quorate/core";
import type { LockHistory } from "../../clients/lock-history.ts";
import type { Journal } from "../../journal.ts";
import type { ClientNetwork } from "../network/client-network.ts";
import type { ZooKeeperWorkload } from "../settings.ts";
import type { AppliedZxids } from "../truth/applied-zxids.ts";
import type { ZooKeeperCluster } from "../zookeeper-cluster.ts";

/** What all clients of a simulation share. */
export interface ZooKeeperClientWorld {
  readonly cluster: ZooKeeperCluster;
  readonly network: ClientNetwork;
  readonly journal: Journal;
  readonly applied: AppliedZxids;
  readonly locks: LockHistory;
  readonly workload: ZooKeeperWorkload;
  readonly prng: Prng;
  /** From then on clients finish what they do, and begin nothing new. */
  readonly over: AbortSignal;
}
