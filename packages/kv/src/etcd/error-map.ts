import type { ErrorCode } from "@quorate/core";
import { STATUS, type Failure } from "../grpc/index.ts";
import type { RequestFailure } from "../service/request-service.ts";
import { ETCD_FAILURES } from "./etcd-failure.ts";

/** How each failure of the consensus layers is told to an etcd client; null: with its own text. */
const BY_CODE = {
  ERR_INVARIANT: null,
  ERR_MALFORMED: null,
  ERR_LIMIT: ETCD_FAILURES.requestTooLarge,
  ERR_STORAGE_FAILED: ETCD_FAILURES.stopped,
  ERR_STORAGE_FULL: ETCD_FAILURES.noSpace,
  ERR_STORAGE_CORRUPT: ETCD_FAILURES.stopped,
  ERR_STORAGE_LOCKED: null,
  ERR_STORAGE_FOREIGN: null,
  ERR_STORAGE_VERSION: null,
  ERR_WRONG_CLUSTER: null,
  ERR_CONFIGURATION: null,
  ERR_ADDRESS: null,
  // Nobody led for as long as a request may wait: etcd, too, finds out by the clock.
  ERR_NO_LEADER: ETCD_FAILURES.timeout,
  ERR_NOT_LEADER: ETCD_FAILURES.notLeader,
  ERR_LEADER_CHANGED: ETCD_FAILURES.leaderChanged,
  ERR_TRANSFEREE: ETCD_FAILURES.badTransferee,
  ERR_OVERLOADED: ETCD_FAILURES.tooManyRequests,
  ERR_TIMEOUT: ETCD_FAILURES.timeout,
  ERR_UNSUPPORTED: null,
  ERR_STOPPED: ETCD_FAILURES.stopped,
} as const satisfies Record<ErrorCode, Failure | null>;

/** The gRPC failure that a client of etcd expects. */
export function toEtcdFailure(failure: RequestFailure): Failure {
  switch (failure.kind) {
    case "overloaded":
      return ETCD_FAILURES.tooManyRequests;
    case "timedOut":
      return failure.leaderFailed ? ETCD_FAILURES.timeoutLeaderFailed : ETCD_FAILURES.timeout;
    case "refused": {
      const { code, message } = failure.error;
      return BY_CODE[code] ?? { code: STATUS.unknown, message: `etcdserver: ${message}` };
    }
  }
}
