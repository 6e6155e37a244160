import { EtcdError, type EtcdErrorCode } from "../../../client/etcd-error.ts";
import { LeaseLostError } from "../../../client/lease-lost-error.ts";

/** How calls fail under faults, or because a lease has ended. */
const EXPECTED: ReadonlySet<EtcdErrorCode> = new Set<EtcdErrorCode>([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "NOT_FOUND",
  "ABORTED",
  "OUT_OF_RANGE",
]);

/** Takes what befalls clients under faults, and throws everything else again. */
export function expectedFailure(thrown: unknown): null {
  if (thrown instanceof LeaseLostError) return null;
  if (thrown instanceof EtcdError && EXPECTED.has(thrown.code)) return null;
  throw thrown;
}
