/**
 * An etcd v3 service over a replicated log, in this process.
 *
 * @packageDocumentation
 */
export { clusterIdentity, type ClusterIdentity, type InitialMember } from "./compose/identity.ts";
export type { MemberLog } from "./compose/member-log.ts";
export type { MemberOptions } from "./compose/member-options.ts";
export { remedyFor } from "./compose/remedy.ts";
export { startMember, type MemberStatus, type RunningMember } from "./compose/start-member.ts";
export { CLUSTER_VERSION, SERVER_VERSION } from "./etcd/version.ts";
