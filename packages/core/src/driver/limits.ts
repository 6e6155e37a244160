/** Bounds of a driver; every queue it keeps is covered by one of them. */
export interface DriverLimits {
  /** Proposals and reads that wait for a leader or an answer; more are refused with `ERR_OVERLOADED`. */
  readonly requestsMax: number;
  /** Bytes of proposals that may wait for the disk before they are cut into a batch regardless. */
  readonly batchBytesMax: number;
  /** How long a proposal or a read may wait for a leader before it fails with `ERR_NO_LEADER`. */
  readonly leaderWaitMillis: number;
  /** A read barrier without an answer is asked again after this long. */
  readonly readRetryMillis: number;
  /** A write that the disk has not answered for this long is reported to the protocol. */
  readonly storageStallMillis: number;
  /** Bytes per snapshot chunk, on the wire and to the disk. */
  readonly snapshotChunkBytes: number;
  /** Chunks sent ahead of the receiver's acknowledgement; small, so that heartbeats pass between. */
  readonly snapshotWindow: number;
  /** A snapshot transfer without progress for this long has failed. */
  readonly snapshotTimeoutMillis: number;
  /** A question to another member without an answer for this long has failed. */
  readonly askTimeoutMillis: number;
}

/** The defaults, for an election timeout of a second. */
export const DRIVER_LIMITS: DriverLimits = {
  requestsMax: 20_000,
  batchBytesMax: 256 * 1024,
  leaderWaitMillis: 7_000, // etcd's request timeout: 5 s plus twice the election timeout
  readRetryMillis: 500, // as etcd's read index
  storageStallMillis: 1_000,
  snapshotChunkBytes: 256 * 1024,
  snapshotWindow: 4,
  snapshotTimeoutMillis: 30_000,
  askTimeoutMillis: 5_000,
};
