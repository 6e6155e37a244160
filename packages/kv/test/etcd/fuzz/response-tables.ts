import { readTable, type MessageTable } from "./message-table.ts";

/** Every message that a client may be answered with, as etcd 3.6 has it. */
export const RESPONSES: MessageTable = readTable({
  ResponseHeader: "1 cluster_id:uint64; 2 member_id:uint64; 3 revision:int64; 4 raft_term:uint64",
  KeyValue:
    "1 key:bytes; 2 create_revision:int64; 3 mod_revision:int64; 4 version:int64; 5 value:bytes; 6 lease:int64",
  Event: "1 type:EventType; 2 kv:KeyValue; 3 prev_kv:KeyValue",
  RangeResponse: "1 header:ResponseHeader; 2 kvs:[]KeyValue; 3 more:bool; 4 count:int64",
  PutResponse: "1 header:ResponseHeader; 2 prev_kv:KeyValue",
  DeleteRangeResponse: "1 header:ResponseHeader; 2 deleted:int64; 3 prev_kvs:[]KeyValue",
  ResponseOp:
    "1 response_range:RangeResponse (response); 2 response_put:PutResponse (response); 3 response_delete_range:DeleteRangeResponse (response); 4 response_txn:TxnResponse (response)",
  TxnResponse: "1 header:ResponseHeader; 2 succeeded:bool; 3 responses:[]ResponseOp",
  /** Of whatever answers with nothing else. */
  HeaderResponse: "1 header:ResponseHeader",
  WatchResponse:
    "1 header:ResponseHeader; 2 watch_id:int64; 3 created:bool; 4 canceled:bool; 5 compact_revision:int64; 6 cancel_reason:string; 7 fragment:bool; 11 events:[]Event",
  LeaseGrantResponse: "1 header:ResponseHeader; 2 ID:int64; 3 TTL:int64; 4 error:string",
  LeaseKeepAliveResponse: "1 header:ResponseHeader; 2 ID:int64; 3 TTL:int64",
  LeaseTimeToLiveResponse:
    "1 header:ResponseHeader; 2 ID:int64; 3 TTL:int64; 4 grantedTTL:int64; 5 keys:[]bytes",
  LeaseStatus: "1 ID:int64",
  LeaseLeasesResponse: "1 header:ResponseHeader; 2 leases:[]LeaseStatus",
  Member:
    "1 ID:uint64; 2 name:string; 3 peerURLs:[]string; 4 clientURLs:[]string; 5 isLearner:bool",
  MemberAddResponse: "1 header:ResponseHeader; 2 member:Member; 3 members:[]Member",
  MembersResponse: "1 header:ResponseHeader; 2 members:[]Member",
  AlarmMember: "1 memberID:uint64; 2 alarm:AlarmType",
  AlarmResponse: "1 header:ResponseHeader; 2 alarms:[]AlarmMember",
  StatusResponse:
    "1 header:ResponseHeader; 2 version:string; 3 dbSize:int64; 4 leader:uint64; 5 raftIndex:uint64; 6 raftTerm:uint64; 7 raftAppliedIndex:uint64; 8 errors:[]string; 9 dbSizeInUse:int64; 10 isLearner:bool; 11 storageVersion:string; 12 dbSizeQuota:int64; 13 downgradeInfo:DowngradeInfo",
  DowngradeInfo: "1 enabled:bool; 2 targetVersion:string",
  HashResponse: "1 header:ResponseHeader; 2 hash:uint32",
  HashKVResponse:
    "1 header:ResponseHeader; 2 hash:uint32; 3 compact_revision:int64; 4 hash_revision:int64",
  SnapshotResponse:
    "1 header:ResponseHeader; 2 remaining_bytes:uint64; 3 blob:bytes; 4 version:string",
  DowngradeResponse: "1 header:ResponseHeader; 2 version:string",
  AuthStatusResponse: "1 header:ResponseHeader; 2 enabled:bool; 3 authRevision:uint64",
  AuthenticateResponse: "1 header:ResponseHeader; 2 token:string",
  AuthNamesResponse: "1 header:ResponseHeader; 2 names:[]string",
  AuthRoleGetResponse: "1 header:ResponseHeader; 2 perm:[]Permission",
  Permission: "1 permType:PermissionType; 2 key:bytes; 3 range_end:bytes",
  LockResponse: "1 header:ResponseHeader; 2 key:bytes",
  CampaignResponse: "1 header:ResponseHeader; 2 leader:LeaderKey",
  LeaderKey: "1 name:bytes; 2 key:bytes; 3 rev:int64; 4 lease:int64",
  LeaderResponse: "1 header:ResponseHeader; 2 kv:KeyValue",
  HealthCheckResponse: "1 status:int64",
});
