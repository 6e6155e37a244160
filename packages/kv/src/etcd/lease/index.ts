export { TTL_SECONDS_MAX, type Lease, type LeaseEnd, type LeaseId } from "./lease.ts";
export {
  LEASE_MEMORY_BYTES,
  LeaseTable,
  type LeaseClock,
  type LeaseTableState,
} from "./lease-table.ts";
