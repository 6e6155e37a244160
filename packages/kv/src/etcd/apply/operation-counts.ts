import type { OpResult } from "../codec/responses.ts";
import type { WriteResponse } from "./etcd-state-machine.ts";

/**
 * How often clients changed or read the keyspace and its leases, as this member has seen it since it
 * started. No part of the state: a snapshot does not bring it, and members differ in it.
 */
export class OperationCounts {
  ranges = 0;
  puts = 0;
  deletes = 0;
  txns = 0;
  leasesGranted = 0;
  leasesRenewed = 0;
  /** By clients, or because their time was over. */
  leasesRevoked = 0;
  leasesExpired = 0;

  /** Something was done, and this is what it gave; operations of a transaction count by themselves, too. */
  count(result: OpResult | WriteResponse): void {
    switch (result.kind) {
      case "range":
        this.ranges++;
        return;
      case "put":
        this.puts++;
        return;
      case "deleteRange":
        this.deletes++;
        return;
      case "txn":
        this.txns++;
        for (const response of result.responses) this.count(response);
        return;
      case "leaseGrant":
        this.leasesGranted++;
        return;
      case "leaseRenew":
        for (const seconds of result.ttlSeconds) if (seconds > 0) this.leasesRenewed++;
        return;
      case "leaseRevoke":
        this.leasesRevoked++;
        return;
      case "leaseExpire":
        if (!result.expired) return;
        this.leasesExpired++;
        this.leasesRevoked++;
        return;
      case "leaseTick":
      case "alarm":
      case "compact":
      case "memberAttributes":
        return;
    }
  }
}
