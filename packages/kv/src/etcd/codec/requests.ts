/** Requests of etcd's KV service, as decoded: every field present, zero where it was left out. */

export type SortOrder = "none" | "ascend" | "descend";
export type SortTarget = "key" | "version" | "create" | "mod" | "value";

export interface RangeRequest {
  readonly kind: "range";
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly limit: number;
  readonly revision: number;
  /** Null: a number that names no order or target. */
  readonly sortOrder: SortOrder | null;
  readonly sortTarget: SortTarget | null;
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export interface PutRequest {
  readonly kind: "put";
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export interface DeleteRangeRequest {
  readonly kind: "deleteRange";
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export type RequestOp = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest;

export type CompareResult = "equal" | "greater" | "less" | "notEqual";

/** What a key is compared with; the value compares bytes, all others numbers. */
export type CompareTarget =
  | { readonly kind: "version" | "create" | "mod"; readonly number: number }
  | { readonly kind: "value"; readonly value: Uint8Array }
  | { readonly kind: "lease"; readonly lease: bigint };

export interface Compare {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** Null: a number that names no comparison. */
  readonly result: CompareResult | null;
  /** Null: a number that names nothing to compare. */
  readonly target: CompareTarget | null;
}

export interface TxnRequest {
  readonly kind: "txn";
  readonly compare: readonly Compare[];
  /** Null: an operation of a kind that is not known. */
  readonly success: readonly (RequestOp | null)[];
  readonly failure: readonly (RequestOp | null)[];
}

export interface CompactionRequest {
  readonly kind: "compact";
  readonly revision: number;
  readonly physical: boolean;
}

/** A member's own announcement of what its configuration does not say. Ours, not etcd's. */
export interface MemberAttributes {
  readonly kind: "memberAttributes";
  readonly id: string;
  readonly name: string;
  readonly clientUrls: readonly string[];
}

export interface LeaseGrantRequest {
  readonly kind: "leaseGrant";
  readonly ttlSeconds: number;
  /** 0: the server chooses. */
  readonly id: bigint;
}

export interface LeaseRevokeRequest {
  readonly kind: "leaseRevoke";
  readonly id: bigint;
}

export interface LeaseTimeToLiveRequest {
  readonly id: bigint;
  readonly keys: boolean;
}

/** Renews leases: those that some member's clients asked it to keep alive. Ours, not etcd's. */
export interface LeaseRenewal {
  readonly kind: "leaseRenew";
  readonly ids: readonly bigint[];
}

/** The leader's count of milliseconds since it took over. Ours, not etcd's. */
export interface LeaseTick {
  readonly kind: "leaseTick";
  readonly term: number;
  readonly counted: number;
}

/** Ends a lease if it still has the deadline that was found to be over. Ours, not etcd's. */
export interface LeaseExpiry {
  readonly kind: "leaseExpire";
  readonly id: bigint;
  /** Of the lease clock, in milliseconds. */
  readonly deadline: number;
}

export type AlarmAction = "get" | "activate" | "deactivate";

export interface AlarmRequest {
  readonly kind: "alarm";
  /** Null: a number that names no action. */
  readonly action: AlarmAction | null;
  /** In lower-case hex; "0" for every member. */
  readonly member: string;
  /** Null: of every kind. */
  readonly alarm: AlarmKind | null;
}

/** What a member cries for: it is out of space, or its data is not what the others have. */
export type AlarmKind = "noSpace" | "corrupt";
