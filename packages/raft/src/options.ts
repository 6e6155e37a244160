import {
  checkConfiguration,
  QuorateError,
  type Configuration,
  type NodeId,
  type Prng,
  type Recovered,
  type ReplicaLimits,
} from "@quorate/core";

/** What a member is constructed from. */
export interface RaftOptions {
  readonly self: NodeId;
  /** The configuration that every member of a new cluster starts with; a recovered one wins. */
  readonly configuration: Configuration;
  readonly recovered: Recovered;
  /** Must differ between members, or they would all campaign at once. */
  readonly prng: Prng;
  /**
   * A follower campaigns after between one and two of these without a leader (§5.2); a leader steps
   * down after one without a quorum.
   */
  readonly electionMillis: number;
  readonly heartbeatMillis: number;
  readonly limits?: Partial<RaftLimits>;
}

/** Bounds of what one member keeps and sends. */
export interface RaftLimits extends ReplicaLimits {
  /** Bytes of entries in one append; one larger entry still goes alone. */
  readonly appendBytesMax: number;
  /** Appends sent to one follower ahead of its answers. */
  readonly inflightMax: number;
  /** Bytes in these. */
  readonly inflightBytesMax: number;
  /** Bytes of a leader's entries that may wait to be committed; more proposals are refused. */
  readonly uncommittedBytesMax: number;
}

/** Defaults for a service with small values on a local network. */
export const RAFT_LIMITS: RaftLimits = {
  appendBytesMax: 1024 * 1024,
  inflightMax: 256,
  inflightBytesMax: 16 * 1024 * 1024,
  uncommittedBytesMax: 64 * 1024 * 1024,
  applyEntriesMax: 4096,
  trailingEntries: 5000, // as etcd keeps
  cacheBytesMax: 64 * 1024 * 1024,
};

/**
 * Refuses options that cannot work.
 *
 * @throws `ERR_CONFIGURATION`
 */
export function checkRaftOptions(options: RaftOptions): void {
  checkConfiguration(options.configuration);
  if (!(options.heartbeatMillis > 0 && options.electionMillis >= 2 * options.heartbeatMillis)) {
    throw new QuorateError(
      "ERR_CONFIGURATION",
      `the election timeout (${options.electionMillis} ms) must be at least twice the heartbeat ` +
        `interval (${options.heartbeatMillis} ms)`,
    );
  }
}
