export { TTL_SECONDS_MAX, type Lease, type LeaseEnd, type LeaseId } from "./lease.ts";
export { LeaseTable, type LeaseClock, type LeaseTableState } from "./lease-table.ts";
