/**
 * A client of etcd's v3 API: of a real etcd, of Quorate, or of a member in this process.
 *
 * Read in this order: `channel`, `rpc`, `op`, `txn`, `etcd-client`; below them `failover-channel`,
 * `grpc-channel` and `local-channel`.
 *
 * @packageDocumentation
 */
export type { Channel, ClientStream, StreamOptions, StreamSink, UnaryOptions } from "./channel.ts";
export type { ClaimOptions, HeldUnder } from "./claim.ts";
export { realClock, type ClientClock } from "./clock.ts";
export { compare, type Comparable, type Comparison, type Condition } from "./compare.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export type { Election, Leadership } from "./election.ts";
export { EtcdClient, type ClientOptions } from "./etcd-client.ts";
export { EtcdError, type EtcdErrorCode, type EtcdErrorReason } from "./etcd-error.ts";
export { FailoverChannel } from "./failover-channel.ts";
export {
  allKeys,
  between,
  fromKey,
  prefix,
  type Bytes,
  type KeyRange,
  type Keys,
} from "./key-range.ts";
export type { KeyValue } from "./key-value.ts";
export type { Lease } from "./lease.ts";
export { LeaseLostError, type LeaseLoss } from "./lease-lost-error.ts";
export type { GrantedLease, Leases, LeaseStanding } from "./leases.ts";
export type { Lock } from "./lock.ts";
export { LocalChannel } from "./local-channel.ts";
export type { Maintenance } from "./maintenance.ts";
export type { MirrorOptions, Snapshot } from "./mirror.ts";
export {
  op,
  type DeleteOptions,
  type DeleteResult,
  type GetOptions,
  type Op,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type RangeResult,
} from "./op.ts";
export type { PageOptions } from "./pages.ts";
export type { Registration } from "./registration.ts";
export type { Instance, RegisterOptions, ServiceRegistry } from "./registry.ts";
export type { CallOptions } from "./rpc.ts";
export type { CommitOptions, Txn, TxnResult } from "./txn.ts";
export type { Watch } from "./watch.ts";
export type { WatchOptions } from "./watch-feed.ts";
export type { Change, WatchItem } from "./watch-item.ts";
export type {
  AlarmKind,
  AlarmMember,
  HashKvResponse,
  Member,
  MemberListResponse,
  ResponseHeader,
  SnapshotResponse,
  StatusResponse,
} from "../etcd/codec/index.ts";
