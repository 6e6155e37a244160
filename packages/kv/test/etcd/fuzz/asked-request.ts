import { QuorateError } from "@quorate/core";
import {
  decodeAlarm,
  decodeCompaction,
  decodeDeleteRange,
  decodeHashKv,
  decodeLeaseGrant,
  decodeMemberList,
  decodePut,
  decodeRange,
  decodeTxn,
  decodeWatchRequest,
  type AlarmRequest,
  type CompactionRequest,
  type LeaseGrantRequest,
  type RequestOp,
  type TxnRequest,
  type WatchRequest,
} from "../../../src/etcd/codec/index.ts";

/** A request as our codec reads it. */
export type AskedRequest =
  | RequestOp
  | CompactionRequest
  | LeaseGrantRequest
  | AlarmRequest
  | { readonly kind: "hashKv"; readonly revision: number }
  | { readonly kind: "memberList" }
  | WatchRequest
  /** Our codec cannot. */
  | { readonly kind: "unreadable"; readonly why: string };

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => AskedRequest>> = {
  "/etcdserverpb.KV/Range": decodeRange,
  "/etcdserverpb.KV/Put": decodePut,
  "/etcdserverpb.KV/DeleteRange": decodeDeleteRange,
  "/etcdserverpb.KV/Txn": decodeTxn,
  "/etcdserverpb.KV/Compact": decodeCompaction,
  "/etcdserverpb.Watch/Watch": decodeWatchRequest,
  "/etcdserverpb.Lease/LeaseGrant": decodeLeaseGrant,
  "/etcdserverpb.Maintenance/Alarm": decodeAlarm,
  "/etcdserverpb.Cluster/MemberList": (bytes) => {
    decodeMemberList(bytes);
    return { kind: "memberList" };
  },
  "/etcdserverpb.Maintenance/HashKV": (bytes) => {
    return { kind: "hashKv", revision: decodeHashKv(bytes) };
  },
};

/** Null: it is one that is compared without a look at it. */
export function readRequest(path: string, bytes: Uint8Array): AskedRequest | null {
  try {
    return DECODERS[path]?.(bytes) ?? null;
  } catch (thrown) {
    if (thrown instanceof QuorateError) return { kind: "unreadable", why: thrown.message };
    throw thrown;
  }
}

/** The request, and if it is a transaction everything in it. */
export function* partsOf(request: AskedRequest): Generator<AskedRequest> {
  yield request;
  if (request.kind !== "txn") return;
  for (const op of opsOf(request)) if (op !== null) yield* partsOf(op);
}

export function opsOf({ success, failure }: TxnRequest): readonly (RequestOp | null)[] {
  return [...success, ...failure];
}
