import { STATUS, type Failure } from "../grpc/index.ts";
import type { RequestRefusal } from "./apply/failure.ts";

const { invalidArgument, failedPrecondition, unavailable } = STATUS;
const { outOfRange, resourceExhausted, notFound, dataLoss } = STATUS;

/** What a request is refused for, and what befalls requests that are in order. */
export type EtcdFailureName =
  | RequestRefusal
  | "requestTooLarge"
  | "leaseTtlTooLarge"
  | "tooManyRequests"
  | "notLeader"
  | "badTransferee"
  | "invalidDowngradeVersion"
  | "invalidDowngradeTarget"
  | "noDowngrade"
  | "noLeader"
  | "leaderChanged"
  | "stopped"
  | "timeout"
  | "timeoutLeaderFailed";

/**
 * How etcd words what goes wrong. Clients compare these texts, so they are etcd's own to the letter.
 */
export const ETCD_FAILURES: Readonly<Record<EtcdFailureName, Failure>> = {
  emptyKey: fail(invalidArgument, "key is not provided"),
  keyNotFound: fail(invalidArgument, "key not found"),
  valueProvided: fail(invalidArgument, "value is provided"),
  leaseProvided: fail(invalidArgument, "lease is provided"),
  tooManyOps: fail(invalidArgument, "too many operations in txn request"),
  duplicateKey: fail(invalidArgument, "duplicate key given in txn request"),
  invalidSortOption: fail(invalidArgument, "invalid sort option"),
  requestTooLarge: fail(invalidArgument, "request is too large"),
  compacted: fail(outOfRange, "mvcc: required revision has been compacted"),
  futureRevision: fail(outOfRange, "mvcc: required revision is a future revision"),
  leaseTtlTooLarge: fail(outOfRange, "too large lease TTL"),
  noSpace: fail(resourceExhausted, "mvcc: database space exceeded"),
  tooManyRequests: fail(resourceExhausted, "too many requests"),
  leaseNotFound: fail(notFound, "requested lease not found"),
  leaseExists: fail(failedPrecondition, "lease already exists"),
  corrupt: fail(dataLoss, "corrupt cluster"),
  notLeader: fail(failedPrecondition, "not leader"),
  badTransferee: fail(failedPrecondition, "bad leader transferee"),
  invalidDowngradeVersion: fail(invalidArgument, "wrong downgrade target version format"),
  invalidDowngradeTarget: fail(invalidArgument, "invalid downgrade target version"),
  noDowngrade: fail(failedPrecondition, "no inflight downgrade job"),
  noLeader: fail(unavailable, "no leader"),
  leaderChanged: fail(unavailable, "leader changed"),
  stopped: fail(unavailable, "server stopped"),
  timeout: fail(unavailable, "request timed out"),
  timeoutLeaderFailed: fail(
    unavailable,
    "request timed out, possibly due to previous leader failure",
  ),
};

function fail(code: Failure["code"], text: string): Failure {
  return { code, message: `etcdserver: ${text}` };
}
