import type { Configuration, NodeId, QuorateError } from "@quorate/core";
import type { ElectionAddress } from "./election-port.ts";
import type { MemberLog } from "./member-log.ts";
import type { Peering } from "./peering.ts";
import type { ClientAddress, ZooKeeperServiceOptions } from "./zookeeper-service-options.ts";

/**
 * What a ZooKeeper server is started with; times in ms. Without more than a directory it is a server
 * alone, as ZooKeeper is when its configuration names no others.
 */
export interface ZooKeeperMemberOptions extends Partial<ZooKeeperServiceOptions> {
  /** Where it keeps everything, in Quorate's own files; made if it is not there. */
  readonly dataDir: string;
  /** Its number (`myid`), as its id in the configuration: decimal; 1 when left out. */
  readonly sid?: NodeId;
  /**
   * Every server of a new ensemble, with its peer URLs; this one alone when left out. A directory that
   * holds data is refused when these no longer give its identity.
   */
  readonly configuration?: Configuration;
  /** The servers as `/zookeeper/config` tells clients of them; nothing when left out. */
  readonly membership?: string;
  /** Its own ones in the configuration when left out. */
  readonly listenPeerUrls?: readonly string[];
  /** Shared with another member of this process, which then listens. */
  readonly peering?: Peering;
  /** Where Java's servers would call for an election, to be told that they cannot join; nowhere when left out. */
  readonly electionAddress?: ElectionAddress | null;
  /** For clients that do not speak TLS; port 2181 of 127.0.0.1 when left out, null for none. */
  readonly client?: ClientAddress | null;
  /** 2000 when left out. */
  readonly tickMillis?: number;
  /** How long a server may take to join and synchronize, in ticks; 10 when left out. */
  readonly initLimit?: number;
  /** How long a server may be silent, in ticks; 5 when left out. */
  readonly syncLimit?: number;
  /** Two ticks when left out. */
  readonly minSessionMillis?: number;
  /** Twenty ticks when left out. */
  readonly maxSessionMillis?: number;
  /** A snapshot is taken whenever so many transactions were applied since the last; 100,000 when left out. */
  readonly snapshotEntries?: number;
  /** Gets what happens to the server; a pino logger is one. Nobody does when it is left out. */
  readonly log?: MemberLog;
  /**
   * Called once when the server cannot go on; it has stopped, and was logged with the remedy. When left
   * out the error is thrown where nobody catches it: a server that is gone must not go unnoticed.
   */
  readonly onFatal?: (error: QuorateError) => void;
}
