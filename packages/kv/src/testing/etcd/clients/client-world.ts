import type { Prng } from "@quorate/core";
import type { WatchCheck } from "../checks/watch-check.ts";
import type { Journal } from "../../journal.ts";
import type { EtcdWorkload } from "../settings.ts";
import type { AppliedLog } from "../truth/applied-log.ts";
import type { EtcdCluster } from "../etcd-cluster.ts";
import type { KeyHistory } from "./key-history.ts";
import type { LockHistory } from "../../clients/lock-history.ts";

/** What all clients of a simulation share. */
export interface ClientWorld {
  readonly cluster: EtcdCluster;
  readonly journal: Journal;
  readonly applied: AppliedLog;
  readonly history: KeyHistory;
  readonly locks: LockHistory;
  /** Of the watches that are open. */
  readonly watches: Set<WatchCheck>;
  readonly workload: EtcdWorkload;
  readonly prng: Prng;
  /** From then on clients finish what they do, and begin nothing new. */
  readonly over: AbortSignal;
}
