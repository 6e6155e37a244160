/** What a request asks for, by ZooKeeper's number (`ZooDefs.OpCode`). */
export const OPCODE = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  /** Inside a `multi` only. */
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  createTtl: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
  closeSession: -11,
  /** An operation of a `multi` that did not happen, among its results. */
  error: -1,
} as const;

/** Request numbers with a meaning of their own; all others count a client's requests. */
export const XID = {
  notification: -1,
  ping: -2,
} as const;
