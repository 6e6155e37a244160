import type {
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  ResponseOp,
  SortOrder,
  SortTarget,
} from "../etcd/codec/index.ts";
import { EtcdError } from "./etcd-error.ts";
import { bytesOf, keyRangeOf, type Bytes, type Keys } from "./key-range.ts";
import { KeyValue, keyValueOrNull } from "./key-value.ts";

/** An operation on keys: alone it is a call, with others a part of a transaction. */
export interface Op<Result> {
  readonly request: RequestOp;
  /** What the server's answer to it says. */
  result(response: ResponseOp): Result;
}

/** How a key is read. */
export interface GetOptions {
  /** As it was at that revision; 0 is now. */
  readonly revision?: number;
  /** Answered by one member alone: faster, but others may know of newer values. */
  readonly serializable?: boolean;
}

/** How keys of a range are read. */
export interface RangeOptions extends GetOptions {
  /** No more keys than this; 0 is all. */
  readonly limit?: number;
  readonly sortBy?: SortTarget;
  /** `ascend` where only `sortBy` is given. */
  readonly order?: Exclude<SortOrder, "none">;
  /** Without their values. */
  readonly keysOnly?: boolean;
  /** Without the keys even: only how many there are. */
  readonly countOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
}

/** Keys as they were at one revision. */
export interface RangeResult {
  /** The newest revision when they were read. */
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  /** There are more than the limit. */
  readonly more: boolean;
  /** How many there are, whatever the limit. */
  readonly count: number;
}

export interface PutOptions {
  /** Ends the key when the lease ends: a lease, or its id. */
  readonly lease?: bigint | { readonly id: bigint };
  /** Answers what the key was before. */
  readonly prevKv?: boolean;
}

export interface PutResult {
  /** The revision that the put made. */
  readonly revision: number;
  /** Null: it was not asked for, or there was none. */
  readonly previous: KeyValue | null;
}

export interface DeleteOptions {
  /** Answers what the keys were. */
  readonly prevKv?: boolean;
}

export interface DeleteResult {
  /** The revision that the deletion made, or the newest if there was nothing to delete. */
  readonly revision: number;
  readonly deleted: number;
  /** Empty when it was not asked for. */
  readonly previous: readonly KeyValue[];
}

/** Reads one key; null when there is none. */
export function get(key: Bytes, options: GetOptions = {}): Op<KeyValue | null> {
  const request = rangeRequest(bytesOf(key), options);
  return { request, result: (response) => keyValueOrNull(expected("range", response).kvs[0]) };
}

/** Reads keys. */
export function range(keys: Keys, options: RangeOptions = {}): Op<RangeResult> {
  return {
    request: rangeRequest(keys, options),
    result: (response) => {
      const { header, kvs, more, count } = expected("range", response);
      return { revision: header.revision, kvs: kvs.map((kv) => new KeyValue(kv)), more, count };
    },
  };
}

/** Writes one key. */
export function put(key: Bytes, value: Bytes, options: PutOptions = {}): Op<PutResult> {
  const { lease = 0n, prevKv = false } = options;
  const request: PutRequest = {
    kind: "put",
    key: bytesOf(key),
    value: bytesOf(value),
    lease: typeof lease === "bigint" ? lease : lease.id,
    prevKv,
    ignoreValue: false,
    ignoreLease: false,
  };
  return {
    request,
    result: (response) => {
      const { header, prevKv: previous } = expected("put", response);
      return { revision: header.revision, previous: keyValueOrNull(previous) };
    },
  };
}

/** Deletes keys. */
export function del(keys: Keys, { prevKv = false }: DeleteOptions = {}): Op<DeleteResult> {
  const request: DeleteRangeRequest = { kind: "deleteRange", ...keyRangeOf(keys), prevKv };
  return {
    request,
    result: (response) => {
      const { header, deleted, prevKvs } = expected("deleteRange", response);
      return {
        revision: header.revision,
        deleted,
        previous: prevKvs.map((kv) => new KeyValue(kv)),
      };
    },
  };
}

/** The operations, for transactions. */
export const op: {
  readonly get: typeof get;
  readonly range: typeof range;
  readonly put: typeof put;
  readonly delete: typeof del;
} = { get, range, put, delete: del };

/** The response, if it is of the kind that was asked for. */
export function expected<Kind extends ResponseOp["kind"]>(
  kind: Kind,
  response: ResponseOp,
): Extract<ResponseOp, { kind: Kind }> {
  if (response.kind === kind) return response as Extract<ResponseOp, { kind: Kind }>;
  throw new EtcdError("INTERNAL", `the server answered a ${kind} with a ${response.kind}`);
}

function rangeRequest(keys: Keys, options: RangeOptions): RangeRequest {
  const { sortBy, order } = options;
  return {
    kind: "range",
    ...keyRangeOf(keys),
    limit: options.limit ?? 0,
    revision: options.revision ?? 0,
    sortOrder: order ?? (sortBy === undefined ? "none" : "ascend"),
    sortTarget: sortBy ?? "key",
    serializable: options.serializable ?? false,
    keysOnly: options.keysOnly ?? false,
    countOnly: options.countOnly ?? false,
    minModRevision: options.minModRevision ?? 0,
    maxModRevision: options.maxModRevision ?? 0,
    minCreateRevision: options.minCreateRevision ?? 0,
    maxCreateRevision: options.maxCreateRevision ?? 0,
  };
}
