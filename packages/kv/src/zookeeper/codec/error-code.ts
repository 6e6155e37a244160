/** How a request ended, by ZooKeeper's number (`KeeperException.Code`). */
export const ERROR = {
  ok: 0,
  /** Of an operation of a `multi` behind the one that failed. */
  runtimeInconsistency: -2,
  marshallingError: -5,
  unimplemented: -6,
  badArguments: -8,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidAcl: -114,
  authFailed: -115,
  sessionMoved: -118,
  notReadOnly: -119,
  noWatcher: -121,
  quotaExceeded: -125,
  throttledOp: -127,
} as const;

/** Any of {@link ERROR}. */
export type ZooKeeperError = (typeof ERROR)[keyof typeof ERROR];

/** An error that is one: a request that was refused. */
export type Refusal = Exclude<ZooKeeperError, typeof ERROR.ok>;
