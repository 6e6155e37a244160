/**
 * An etcd v3 service and a ZooKeeper service over replicated logs, in this process.
 *
 * @packageDocumentation
 */
export * from "./client/index.ts";
export type {
  EnsembleMember,
  EnsembleMemberStatus,
} from "./compose/ensemble/etcd/etcd-ensemble-member.ts";
export type { EnsembleOptions } from "./compose/ensemble/etcd/etcd-ensemble-options.ts";
export type { Ensemble, ManualEnsemble } from "./compose/ensemble/etcd/etcd-ensemble.ts";
export { startEnsemble } from "./compose/ensemble/etcd/start-ensemble.ts";
export type {
  EnsembleFaults,
  ManualTime,
  MemberFaults,
} from "./compose/ensemble/ensemble-faults.ts";
export type {
  ZooKeeperEnsembleMember,
  ZooKeeperEnsembleMemberStatus,
} from "./compose/ensemble/zookeeper/zookeeper-ensemble-member.ts";
export type { ZooKeeperEnsembleOptions } from "./compose/ensemble/zookeeper/zookeeper-ensemble-options.ts";
export type {
  ManualZooKeeperEnsemble,
  ZooKeeperEnsemble,
} from "./compose/ensemble/zookeeper/zookeeper-ensemble.ts";
export { startZooKeeperEnsemble } from "./compose/ensemble/zookeeper/start-zookeeper-ensemble.ts";
export type { AutoCompaction } from "./etcd/api/compaction-plan.ts";
export { clusterIdentity, type ClusterIdentity, type InitialMember } from "./compose/identity.ts";
export { inspectSnapshot, type SnapshotSummary } from "./compose/inspect-snapshot.ts";
export type { MemberLog } from "./compose/member-log.ts";
export type { MemberOptions } from "./compose/member-options.ts";
export { remedyFor } from "./compose/remedy.ts";
export {
  restoreMember,
  type RestoredMember,
  type RestoreOptions,
} from "./compose/restore-member.ts";
export type {
  MemberStatus,
  RunningEtcdMember,
  RunningMember,
  RunningZooKeeperMember,
} from "./compose/running-member.ts";
export { startBoth, type RunningPair } from "./compose/start-both.ts";
export { startMember } from "./compose/start-member.ts";
export { startZooKeeperMember } from "./compose/start-zookeeper-member.ts";
export type { ZooKeeperMemberOptions } from "./compose/zookeeper-member-options.ts";
export {
  ZOOKEEPER_DEFAULTS,
  type AdminOptions,
  type ClientAddress,
  type ContainerOptions,
  type SecureClientOptions,
  type ZooKeeperServiceOptions,
} from "./compose/zookeeper-service-options.ts";
export { CLUSTER_VERSION, SERVER_VERSION } from "./etcd/version.ts";
export type {
  ClientCertificates,
  Password,
  StoreFile,
  StoreKind,
  TlsOptions,
  TlsVersion,
} from "./zookeeper/tls/index.ts";
