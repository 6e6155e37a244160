import { counter, gauge, type Family } from "../../metrics/index.ts";
import type { EtcdMember } from "../api/etcd-member.ts";

/** What the keyspace and its leases are, and what was done to them. */
export function keyspaceFamilies({ machine }: EtcdMember): readonly Family[] {
  const { store, leases, operations } = machine;
  const size = "About how many bytes keys, values and leases take.";
  const seen = "seen by this member, those in transactions included.";
  return [
    gauge("etcd_mvcc_db_total_size_in_bytes", size, machine.bytes),
    gauge("etcd_mvcc_db_total_size_in_use_in_bytes", size, machine.bytes),
    counter("etcd_mvcc_range_total", `Ranges ${seen}`, operations.ranges),
    counter("etcd_mvcc_put_total", `Puts ${seen}`, operations.puts),
    counter("etcd_mvcc_delete_total", `Deletes ${seen}`, operations.deletes),
    counter("etcd_mvcc_txn_total", "Transactions seen by this member.", operations.txns),
    gauge(
      "etcd_debugging_mvcc_keys_total",
      "Keys of which some version is kept, deleted ones before their compaction included.",
      store.keyCount,
    ),
    gauge("etcd_debugging_mvcc_current_revision", "The newest revision.", store.revision),
    gauge(
      "etcd_debugging_mvcc_compact_revision",
      "The revision of the last compaction; -1 before the first.",
      store.compacted > 0 ? store.compacted : -1,
    ),
    counter(
      "etcd_debugging_lease_granted_total",
      "Leases that were granted.",
      operations.leasesGranted,
    ),
    counter(
      "etcd_debugging_lease_renewed_total",
      "How often a lease got its time again.",
      operations.leasesRenewed,
    ),
    counter(
      "etcd_debugging_lease_revoked_total",
      "Leases that ended, by a client or because their time was over.",
      operations.leasesRevoked,
    ),
    counter(
      "etcd_debugging_server_lease_expired_total",
      "Leases that ended because their time was over.",
      operations.leasesExpired,
    ),
    gauge("quorate_leases", "Leases that there are now.", leases.size),
  ];
}

/** Who watches the keyspace, and what they were told. */
export function watchFamilies({ watches }: EtcdMember): readonly Family[] {
  return [
    gauge(
      "etcd_debugging_mvcc_watch_stream_total",
      "Streams that clients have open to watch.",
      watches.streams,
    ),
    gauge("etcd_debugging_mvcc_watcher_total", "Watchers of all streams.", watches.watchers),
    gauge(
      "etcd_debugging_mvcc_slow_watcher_total",
      "Watchers that have missed changes, and read up on them.",
      watches.behind,
    ),
    counter(
      "etcd_debugging_mvcc_events_total",
      "Events that watchers were told, each watcher's by itself.",
      watches.eventsTold,
    ),
  ];
}
