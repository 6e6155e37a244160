import type { QuorateError } from "@quorate/core";
import type { AutoCompaction } from "../etcd/api/compaction-plan.ts";
import type { InitialMember } from "./identity.ts";
import type { MemberLog } from "./member-log.ts";
import type { Peering } from "./peering.ts";

/**
 * What a member is started with. Without more than a directory it is etcd's own default: a cluster of
 * one. URLs are as in etcd's flags, `http://host:port`.
 */
export interface MemberOptions {
  /** Where it keeps everything; made if it is not there. */
  readonly dataDir: string;
  /** `default` when left out. */
  readonly name?: string;
  /** `http://127.0.0.1:2380` when left out. */
  readonly listenPeerUrls?: readonly string[];
  /** Shared with another member of this process, which listens for both. */
  readonly peering?: Peering;
  /** `http://127.0.0.1:2379` when left out; port 0 for any, an empty list for none. */
  readonly listenClientUrls?: readonly string[];
  /** Where `/metrics` and the health endpoints are served apart from clients; nowhere when left out. */
  readonly listenMetricsUrls?: readonly string[];
  /** `extensive` measures how long every call takes, too; `basic` when left out. */
  readonly metrics?: "basic" | "extensive";
  /** Where clients are told to find this member; where it listens when left out. */
  readonly advertiseClientUrls?: readonly string[];
  /**
   * Every member of the new cluster, this one included; this one alone when left out. A directory that
   * holds data is refused when these and the token no longer give its ids.
   */
  readonly initialCluster?: readonly InitialMember[];
  /** Keeps clusters with the same addresses apart; `etcd-cluster` when left out. */
  readonly initialClusterToken?: string;
  /** 100 when left out. */
  readonly heartbeatMillis?: number;
  /** 1000 when left out. */
  readonly electionMillis?: number;
  /**
   * A snapshot is taken when so many entries were applied since the last, 10,000 when left out; where the
   * keyspace is large, when they are half as large as it, and after ten times as many at the latest.
   */
  readonly snapshotEntries?: number;
  /** Bytes that the keyspace may take, 2 GiB when left out; null: as much as there is. */
  readonly quotaBytes?: number | null;
  /** Operations that one level of a transaction may have, 128 when left out. */
  readonly txnOpsMax?: number;
  /** Bytes that a request may have, 1.5 MiB when left out. */
  readonly requestBytesMax?: number;
  /** How old history is forgotten while this member leads; by hand only when left out. */
  readonly autoCompaction?: AutoCompaction;
  /** How often a watcher that hears nothing else is told how far it is, 10 minutes when left out. */
  readonly progressNotifyMillis?: number;
  /** Gets what happens to the member; a pino logger is one. Nobody does when it is left out. */
  readonly log?: MemberLog;
  /**
   * Called once when the member cannot go on; it has stopped, and was logged with the remedy. When left
   * out the error is thrown where nobody catches it: a member that is gone must not go unnoticed.
   */
  readonly onFatal?: (error: QuorateError) => void;
}
