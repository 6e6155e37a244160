import {
  checkConfiguration,
  QuorateError,
  type Configuration,
  type NodeId,
  type Prng,
  type Recovered,
  type ReplicaLimits,
} from "@quorate/core";

/** What a member is constructed from; times in ms. */
export interface ZabOptions {
  readonly self: NodeId;
  /** Members that its quorum does not name are observers. A recovered configuration wins. */
  readonly configuration: Configuration;
  readonly recovered: Recovered;
  readonly prng: Prng;
  readonly times: ZabTimes;
  readonly limits?: Partial<ZabLimits>;
}

/** How long a member waits for what. */
export interface ZabTimes {
  /** A leader shows its learners that it lives this often: half of ZooKeeper's `tickTime`. */
  readonly pingMillis: number;
  /** Discovery and synchronization must get so far: `initLimit` times `tickTime`. */
  readonly initMillis: number;
  /** A leader and a learner that do not hear of each other for so long part: `syncLimit` times `tickTime`. */
  readonly syncMillis: number;
  /** A member that sees itself agree with a quorum waits so long for a better vote. */
  readonly finalizeWaitMillis: number;
  /** A member that looks repeats its notification this often at first, doubling each time. */
  readonly notificationMillisMin: number;
  readonly notificationMillisMax: number;
}

/** ZooKeeper's defaults, with a `tickTime` of 2000, `initLimit` 10 and `syncLimit` 5. */
export const ZAB_TIMES: ZabTimes = zabTimes(2000, 10, 5);

/** The times that a `zoo.cfg` asks for. */
export function zabTimes(tickTime: number, initLimit: number, syncLimit: number): ZabTimes {
  return {
    pingMillis: tickTime / 2,
    initMillis: tickTime * initLimit,
    syncMillis: tickTime * syncLimit,
    finalizeWaitMillis: 200,
    notificationMillisMin: 200,
    notificationMillisMax: 60_000,
  };
}

/** Bounds of what one member keeps and sends. */
export interface ZabLimits extends ReplicaLimits {
  /**
   * Bytes of entries in one proposal. One larger entry still goes alone, and what was proposed in one
   * turn goes as it is: its bytes are shared by all who are up to date.
   */
  readonly proposalBytesMax: number;
  /** Proposals sent to one learner ahead of its acknowledgements. */
  readonly inflightMax: number;
  /** Bytes in these. */
  readonly inflightBytesMax: number;
  /** Bytes of a leader's entries that may wait to be committed; more requests are refused. */
  readonly uncommittedBytesMax: number;
  /**
   * A learner that lacks more entries gets a snapshot, if one covers what it lacks: replaying a long
   * log costs more than loading a state (ZooKeeper's `snapshotSizeFactor`).
   */
  readonly diffEntriesMax: number;
  /** The last counter of an epoch; behind it a new epoch must begin (ZOOKEEPER-1277). */
  readonly counterMax: number;
}

/** Defaults for a service with small values on a local network. */
export const ZAB_LIMITS: ZabLimits = {
  applyEntriesMax: 4096,
  trailingEntries: 5000,
  cacheBytesMax: 64 * 1024 * 1024,
  proposalBytesMax: 1024 * 1024,
  inflightMax: 256,
  inflightBytesMax: 16 * 1024 * 1024,
  uncommittedBytesMax: 64 * 1024 * 1024,
  diffEntriesMax: 200_000,
  counterMax: 0xffff_ffff,
};

/**
 * Refuses options that cannot work.
 *
 * @throws `ERR_CONFIGURATION`
 */
export function checkZabOptions({ configuration, times }: ZabOptions): void {
  checkConfiguration(configuration);
  const { pingMillis, initMillis, syncMillis } = times;
  const { finalizeWaitMillis, notificationMillisMin, notificationMillisMax } = times;
  if (!(pingMillis > 0 && syncMillis >= 2 * pingMillis && initMillis >= 2 * pingMillis)) {
    throw new QuorateError(
      "ERR_CONFIGURATION",
      `initLimit and syncLimit must be at least 1 tick (a tick is ${2 * pingMillis} ms)`,
    );
  }
  const repeats = notificationMillisMin > 0 && notificationMillisMax >= notificationMillisMin;
  if (!(repeats && finalizeWaitMillis >= 0)) {
    throw new QuorateError(
      "ERR_CONFIGURATION",
      "the notification intervals must be positive and the greater not below the smaller; the wait for a better vote must not be negative",
    );
  }
}
