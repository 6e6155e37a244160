/** A method that clients may call. */
export interface ApiMethod {
  readonly path: string;
  /** Names of the tables of what it takes and of what it answers. */
  readonly request: string;
  readonly response: string;
  readonly ends: MethodEnd;
  /** How often it is called, beside the others. */
  readonly weight: number;
}

/**
 * What ends a call: its answer, in time; its answer, whenever it is the caller's turn; the client's
 * last message; or nothing but the client's going away.
 */
export type MethodEnd = "answer" | "turn" | "halfClose" | "cancel";

export const METHODS: readonly ApiMethod[] = [
  ...service("etcdserverpb.KV", [
    ["Range", "RangeRequest", "RangeResponse", "answer", 120],
    ["Put", "PutRequest", "PutResponse", "answer", 120],
    ["DeleteRange", "DeleteRangeRequest", "DeleteRangeResponse", "answer", 40],
    ["Txn", "TxnRequest", "TxnResponse", "answer", 120],
    ["Compact", "CompactionRequest", "HeaderResponse", "answer", 10],
  ]),
  ...service("etcdserverpb.Watch", [["Watch", "WatchRequest", "WatchResponse", "cancel", 40]]),
  ...service("etcdserverpb.Lease", [
    ["LeaseGrant", "LeaseGrantRequest", "LeaseGrantResponse", "answer", 20],
    ["LeaseRevoke", "LeaseRevokeRequest", "HeaderResponse", "answer", 12],
    ["LeaseKeepAlive", "LeaseKeepAliveRequest", "LeaseKeepAliveResponse", "halfClose", 10],
    ["LeaseTimeToLive", "LeaseTimeToLiveRequest", "LeaseTimeToLiveResponse", "answer", 12],
    ["LeaseLeases", "LeaseLeasesRequest", "LeaseLeasesResponse", "answer", 4],
  ]),
  ...service("etcdserverpb.Cluster", [
    ["MemberAdd", "MemberAddRequest", "MemberAddResponse", "answer", 1],
    ["MemberRemove", "MemberRemoveRequest", "MembersResponse", "answer", 1],
    ["MemberUpdate", "MemberUpdateRequest", "MembersResponse", "answer", 1],
    ["MemberList", "MemberListRequest", "MembersResponse", "answer", 4],
    ["MemberPromote", "MemberPromoteRequest", "MembersResponse", "answer", 1],
  ]),
  ...service("etcdserverpb.Maintenance", [
    ["Alarm", "AlarmRequest", "AlarmResponse", "answer", 4],
    ["Status", "StatusRequest", "StatusResponse", "answer", 4],
    ["Defragment", "DefragmentRequest", "HeaderResponse", "answer", 1],
    ["Hash", "HashRequest", "HashResponse", "answer", 2],
    ["HashKV", "HashKVRequest", "HashKVResponse", "answer", 4],
    ["Snapshot", "SnapshotRequest", "SnapshotResponse", "halfClose", 1],
    ["MoveLeader", "MoveLeaderRequest", "HeaderResponse", "answer", 1],
    ["Downgrade", "DowngradeRequest", "DowngradeResponse", "answer", 1],
  ]),
  ...service("etcdserverpb.Auth", [
    ["AuthEnable", "AuthEnableRequest", "HeaderResponse", "answer", 1],
    ["AuthDisable", "AuthDisableRequest", "HeaderResponse", "answer", 1],
    ["AuthStatus", "AuthStatusRequest", "AuthStatusResponse", "answer", 1],
    ["Authenticate", "AuthenticateRequest", "AuthenticateResponse", "answer", 1],
    ["UserAdd", "AuthUserAddRequest", "HeaderResponse", "answer", 1],
    ["UserGet", "AuthUserGetRequest", "AuthNamesResponse", "answer", 1],
    ["UserList", "AuthUserListRequest", "AuthNamesResponse", "answer", 1],
    ["UserDelete", "AuthUserDeleteRequest", "HeaderResponse", "answer", 1],
    ["UserChangePassword", "AuthUserChangePasswordRequest", "HeaderResponse", "answer", 1],
    ["UserGrantRole", "AuthUserGrantRoleRequest", "HeaderResponse", "answer", 1],
    ["UserRevokeRole", "AuthUserRevokeRoleRequest", "HeaderResponse", "answer", 1],
    ["RoleAdd", "AuthRoleAddRequest", "HeaderResponse", "answer", 1],
    ["RoleGet", "AuthRoleGetRequest", "AuthRoleGetResponse", "answer", 1],
    ["RoleList", "AuthRoleListRequest", "AuthNamesResponse", "answer", 1],
    ["RoleDelete", "AuthRoleDeleteRequest", "HeaderResponse", "answer", 1],
    ["RoleGrantPermission", "AuthRoleGrantPermissionRequest", "HeaderResponse", "answer", 1],
    ["RoleRevokePermission", "AuthRoleRevokePermissionRequest", "HeaderResponse", "answer", 1],
  ]),
  ...service("v3lockpb.Lock", [
    ["Lock", "LockRequest", "LockResponse", "turn", 6],
    ["Unlock", "UnlockRequest", "HeaderResponse", "answer", 6],
  ]),
  ...service("v3electionpb.Election", [
    ["Campaign", "CampaignRequest", "CampaignResponse", "turn", 6],
    ["Proclaim", "ProclaimRequest", "HeaderResponse", "answer", 4],
    ["Leader", "LeaderRequest", "LeaderResponse", "answer", 4],
    ["Observe", "LeaderRequest", "LeaderResponse", "cancel", 4],
    ["Resign", "ResignRequest", "HeaderResponse", "answer", 6],
  ]),
  ...service("grpc.health.v1.Health", [
    ["Check", "HealthCheckRequest", "HealthCheckResponse", "answer", 1],
    ["Watch", "HealthCheckRequest", "HealthCheckResponse", "cancel", 1],
  ]),
];

/** By its service and name, as `KV/Range`: no two packages have one of the same. */
export function methodAt(name: string): ApiMethod {
  const method = METHODS.find(({ path }) => path.endsWith(`.${name}`));
  if (method === undefined) throw new Error(`there is no ${name}`);
  return method;
}

function service(
  name: string,
  methods: readonly (readonly [string, string, string, MethodEnd, number])[],
): readonly ApiMethod[] {
  return methods.map(([method, request, response, ends, weight]) => {
    return { path: `/${name}/${method}`, request, response, ends, weight };
  });
}
