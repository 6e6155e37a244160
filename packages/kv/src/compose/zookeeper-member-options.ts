import type { Configuration, NodeId, QuorateError } from "@quorate/core";
import type { ElectionAddress } from "./election-port.ts";
import type { MemberLog } from "./member-log.ts";
import type { Peering } from "./peering.ts";
import type { ClientAddress, ZooKeeperServiceOptions } from "./zookeeper-service-options.ts";

/** What a ZooKeeper server is started with; times in ms. */
export interface ZooKeeperMemberOptions extends ZooKeeperServiceOptions {
  /** Its number (`myid`), as its id in the configuration: decimal. */
  readonly sid: NodeId;
  /**
   * Every server of a new ensemble, with its peer URLs. A directory that holds data is refused when
   * these no longer give its identity.
   */
  readonly configuration: Configuration;
  /** The servers as `/zookeeper/config` tells clients of them; nothing when left out. */
  readonly membership?: string;
  /** Quorate's own files; ZooKeeper's are elsewhere. */
  readonly dataDir: string;
  readonly listenPeerUrls: readonly string[];
  /** Shared with another member of this process, which then listens. */
  readonly peering?: Peering;
  /** Where Java's servers would call for an election; they are told that they cannot join. */
  readonly electionAddress: ElectionAddress | null;
  /** For clients that do not speak TLS; null for none. */
  readonly client: ClientAddress | null;
  readonly tickMillis: number;
  /** How long a server may take to join and synchronize, in ticks. */
  readonly initLimit: number;
  /** How long a server may be silent, in ticks. */
  readonly syncLimit: number;
  readonly minSessionMillis: number;
  readonly maxSessionMillis: number;
  /** A snapshot is taken whenever so many transactions were applied since the last. */
  readonly snapshotEntries: number;
  readonly log: MemberLog;
  /** Called once when the member cannot go on; it has stopped, and was logged with the remedy. */
  readonly onFatal: (error: QuorateError) => void;
}
