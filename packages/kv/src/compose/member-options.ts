import type { QuorateError } from "@quorate/core";
import type { InitialMember } from "./identity.ts";
import type { MemberLog } from "./member-log.ts";
import type { Peering } from "./peering.ts";

/** What a member is started with; URLs as in etcd's flags, `http://host:port`. */
export interface MemberOptions {
  readonly name: string;
  readonly dataDir: string;
  readonly listenPeerUrls: readonly string[];
  /** Shared with another member of this process, which listens for both. */
  readonly peering?: Peering;
  readonly listenClientUrls: readonly string[];
  /** Where clients are told to find this member. */
  readonly advertiseClientUrls: readonly string[];
  /**
   * Every member of the new cluster, this one included. A directory that holds data is refused when
   * these and the token no longer give its ids.
   */
  readonly initialCluster: readonly InitialMember[];
  /** Keeps clusters with the same addresses apart. */
  readonly initialClusterToken: string;
  readonly heartbeatMillis: number;
  readonly electionMillis: number;
  /**
   * A snapshot is taken when so many entries were applied since the last; where the keyspace is large,
   * when they are half as large as it, and after ten times as many at the latest.
   */
  readonly snapshotEntries: number;
  /** Bytes that the keyspace may take, 2 GiB unless said otherwise; null: as much as there is. */
  readonly quotaBytes?: number | null;
  readonly log: MemberLog;
  /** Called once when the member cannot go on; it has stopped, and was logged with the remedy. */
  readonly onFatal: (error: QuorateError) => void;
}
