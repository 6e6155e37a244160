import type { Alarms } from "../alarm/alarms.ts";
import type { LeaseTable } from "../lease/index.ts";
import type { MvccStore } from "../store/mvcc-store.ts";

/** What commands look at and change. */
export interface EtcdState {
  readonly store: MvccStore;
  readonly leases: LeaseTable;
  readonly alarms: Alarms;
}
