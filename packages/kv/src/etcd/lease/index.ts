export type { Lease, LeaseEnd, LeaseId } from "./lease.ts";
export { LeaseTable, type LeaseClock, type LeaseTableState } from "./lease-table.ts";
