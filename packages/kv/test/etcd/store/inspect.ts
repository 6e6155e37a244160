import { Alarms } from "../../../src/etcd/alarm/alarms.ts";
import { LeaseTable } from "../../../src/etcd/lease/index.ts";
import {
  KvHash,
  type MvccStore,
  type StateImage,
  type Version,
} from "../../../src/etcd/store/index.ts";

/** The changes that are not forgotten, in order. */
export function changesOf(store: MvccStore): Version[] {
  const pinned = store.pin();
  const changes: Version[] = [];
  for (let change = pinned.next(); change !== null; change = pinned.next()) {
    if (change.outlives(pinned.compacted)) changes.push(change);
  }
  return changes;
}

/** The hash at the revision, taken in steps of so many bytes. */
export function hashOf(store: MvccStore, revision: number, stepBytes = 1000): number {
  const hash = new KvHash(store.pin(), revision);
  while (hash.advance(stepBytes));
  return hash.value;
}

export function sweepAll(store: MvccStore): void {
  while (store.sweep());
}

/** What an image holds beside the keyspace, where there is nothing of it. */
export const NOTHING_ELSE: Pick<StateImage, "leases" | "alarms" | "members"> = {
  leases: new LeaseTable(),
  alarms: new Alarms(),
  members: [],
};
