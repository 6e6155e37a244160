import { isVoter } from "@quorate/core";
import { counter, gauge, type Descriptors, type Family } from "../../metrics/index.ts";
import type { EtcdMember } from "../api/etcd-member.ts";
import { alarmName, type HealthChecks } from "../api/health-checks.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../version.ts";

/** What the member is in its cluster, and how what is proposed to it fares. */
export function serverFamilies(member: EtcdMember, leaderChanges: number): readonly Family[] {
  const { requests, machine, self, quota } = member;
  const view = requests.view();
  const is = (labels: Readonly<Record<string, string>>) => [{ labels, value: 1 }];
  return [
    gauge(
      "etcd_server_has_leader",
      "Whether the member knows a leader (1) or not (0).",
      Number(view.leader !== null),
    ),
    gauge("etcd_server_is_leader", "Whether the member leads.", Number(view.isLeader)),
    gauge(
      "etcd_server_is_learner",
      "Whether the member has no vote.",
      Number(!isVoter(view.configurations.latest, self)),
    ),
    counter(
      "etcd_server_leader_changes_seen_total",
      "How often the member has seen another leader, its first included.",
      leaderChanges,
    ),
    gauge(
      "etcd_server_proposals_committed_total",
      "The index of the last entry that is known to be committed.",
      view.commit,
    ),
    gauge(
      "etcd_server_proposals_applied_total",
      "The index of the last entry that was applied.",
      view.applied,
    ),
    gauge(
      "etcd_server_proposals_pending",
      "Proposals that wait for their outcome.",
      requests.proposals.pending,
    ),
    counter(
      "etcd_server_proposals_failed_total",
      "Proposals that were refused or found no outcome in time.",
      requests.proposals.failed,
    ),
    counter(
      "etcd_server_read_indexes_failed_total",
      "Linearizable reads that were refused or not answered in time.",
      requests.reads.failed,
    ),
    gauge(
      "etcd_server_quota_backend_bytes",
      "Bytes that the keyspace may take before writes are refused.",
      quota.bytesMax ?? [],
    ),
    gauge(
      "etcd_debugging_server_alarms",
      "Alarms that are raised, by the member that raised them.",
      [...machine.alarms].map(({ member: id, kind }) => ({
        labels: { server_id: id, alarm_type: alarmName(kind) },
        value: 1,
      })),
    ),
    gauge("etcd_server_id", "The member's id, as a label.", is({ server_id: self })),
    gauge(
      "etcd_server_version",
      "The version of etcd that clients are told, as a label.",
      is({ server_version: SERVER_VERSION }),
    ),
    gauge(
      "etcd_cluster_version",
      "The version of etcd's API that all members speak, as a label.",
      is({ cluster_version: CLUSTER_VERSION.replace(/\.\d+$/, "") }),
    ),
  ];
}

/** What the health endpoints have answered. */
export function healthFamilies({ counts, checks }: HealthChecks): readonly Family[] {
  const all = [...checks];
  return [
    counter(
      "etcd_server_health_success",
      "How often /health found the member well.",
      counts.passed,
    ),
    counter(
      "etcd_server_health_failures",
      "How often /health found the member unwell.",
      counts.failed,
    ),
    gauge(
      "etcd_server_healthcheck",
      "Whether a check passed the last time that it was made.",
      all.map(({ endpoint, name, isPassing }) => ({
        labels: { type: endpoint, name },
        value: Number(isPassing),
      })),
    ),
    counter(
      "etcd_server_healthchecks_total",
      "How often a check was made, by what came of it.",
      all.flatMap(({ endpoint: type, name, passed, failed }) => [
        { labels: { type, name, status: "success" }, value: passed },
        { labels: { type, name, status: "error" }, value: failed },
      ]),
    ),
  ];
}

/** The process's file descriptors under etcd's own names. */
export function descriptorFamilies({ open, limit }: Descriptors): readonly Family[] {
  return [
    gauge("os_fd_used", "File descriptors that the process has open.", open ?? []),
    gauge("os_fd_limit", "File descriptors that the process may have open.", limit ?? []),
  ];
}
