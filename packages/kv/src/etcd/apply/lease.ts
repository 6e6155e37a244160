import { assert } from "@quorate/core";
import type {
  LeaseExpiry,
  LeaseGrantRequest,
  LeaseRenewal,
  LeaseRevokeRequest,
} from "../codec/requests.ts";
import type { Lease } from "../lease/index.ts";
import type { EtcdState } from "./etcd-state.ts";
import type { RequestRefusal } from "./failure.ts";

/** What a lease command answers beside its header. */
export type LeaseResult =
  | { readonly kind: "leaseGrant"; readonly id: bigint; readonly ttlSeconds: number }
  | { readonly kind: "leaseRevoke" }
  /** For each lease the time it has again; 0: there is no such lease. */
  | { readonly kind: "leaseRenew"; readonly ttlSeconds: readonly number[] }
  | { readonly kind: "leaseTick" }
  /** False: it was renewed before this was applied, or is gone. */
  | { readonly kind: "leaseExpire"; readonly expired: boolean };

export function grantLease(
  { leases }: EtcdState,
  { id, ttlSeconds }: LeaseGrantRequest,
): LeaseResult | RequestRefusal {
  if (leases.get(id) !== undefined) return "leaseExists";
  leases.grant(id, ttlSeconds);
  return { kind: "leaseGrant", id, ttlSeconds };
}

export function revokeLease(
  state: EtcdState,
  { id }: LeaseRevokeRequest,
): LeaseResult | RequestRefusal {
  const lease = state.leases.get(id);
  if (lease === undefined) return "leaseNotFound";
  end(state, lease);
  return { kind: "leaseRevoke" };
}

export function renewLeases({ leases }: EtcdState, { ids }: LeaseRenewal): LeaseResult {
  const ttlSeconds = ids.map((id) => {
    const lease = leases.get(id);
    if (lease === undefined) return 0;
    leases.renew(lease);
    return lease.ttlSeconds;
  });
  return { kind: "leaseRenew", ttlSeconds };
}

/** A renewal that came first has taken the deadline away: then the lease is not over. */
export function expireLease(state: EtcdState, { id, deadline }: LeaseExpiry): LeaseResult {
  const lease = state.leases.get(id);
  if (lease?.ends.kind !== "at" || lease.ends.millis !== deadline) {
    return { kind: "leaseExpire", expired: false };
  }
  end(state, lease);
  return { kind: "leaseExpire", expired: true };
}

/** The lease goes, and in one revision all its keys, in their order. */
function end({ store, leases }: EtcdState, lease: Lease): void {
  // Copied: deleting changes what is being walked.
  for (const key of [...store.keysOf(lease.id)].sort()) store.delete(key);
  leases.revoke(lease);
  assert(store.keysOf(lease.id).size === 0, "a lease that ended holds no keys");
}
