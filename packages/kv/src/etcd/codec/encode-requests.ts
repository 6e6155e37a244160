import { ProtoWriter } from "./proto-writer.ts";
import type {
  Compare,
  CompactionRequest,
  DeleteRangeRequest,
  LeaseTimeToLiveRequest,
  MemberAttributes,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from "./requests.ts";

const SORT_ORDERS = { none: 0, ascend: 1, descend: 2 };
const SORT_TARGETS = { key: 0, version: 1, create: 2, mod: 3, value: 4 };
const COMPARE_RESULTS = { equal: 0, greater: 1, less: 2, notEqual: 3 };

/** What a client leaves out is zero. */
type Partially<T extends { readonly kind: string }> = Partial<Omit<T, "kind">>;

export function encodeRange(request: Partially<RangeRequest>): Uint8Array {
  const writer = new ProtoWriter();
  if (request.key !== undefined) writer.bytes(1, request.key);
  if (request.rangeEnd !== undefined) writer.bytes(2, request.rangeEnd);
  writer.int64(3, request.limit ?? 0).int64(4, request.revision ?? 0);
  writer.int64(5, SORT_ORDERS[request.sortOrder ?? "none"]);
  writer.int64(6, SORT_TARGETS[request.sortTarget ?? "key"]);
  writer.bool(7, request.serializable ?? false).bool(8, request.keysOnly ?? false);
  writer.bool(9, request.countOnly ?? false);
  writer.int64(10, request.minModRevision ?? 0).int64(11, request.maxModRevision ?? 0);
  writer.int64(12, request.minCreateRevision ?? 0).int64(13, request.maxCreateRevision ?? 0);
  return writer.finish();
}

export function encodePut(request: Partially<PutRequest>): Uint8Array {
  const writer = new ProtoWriter();
  if (request.key !== undefined) writer.bytes(1, request.key);
  if (request.value !== undefined) writer.bytes(2, request.value);
  writer.uint64(3, request.lease ?? 0n).bool(4, request.prevKv ?? false);
  writer.bool(5, request.ignoreValue ?? false).bool(6, request.ignoreLease ?? false);
  return writer.finish();
}

export function encodeDeleteRange(request: Partially<DeleteRangeRequest>): Uint8Array {
  const writer = new ProtoWriter();
  if (request.key !== undefined) writer.bytes(1, request.key);
  if (request.rangeEnd !== undefined) writer.bytes(2, request.rangeEnd);
  return writer.bool(3, request.prevKv ?? false).finish();
}

export function encodeTxn(request: Partially<TxnRequest>): Uint8Array {
  const writer = new ProtoWriter();
  for (const compare of request.compare ?? []) writer.message(1, encodeCompare(compare));
  for (const op of request.success ?? []) writer.message(2, encodeOp(op));
  for (const op of request.failure ?? []) writer.message(3, encodeOp(op));
  return writer.finish();
}

export function encodeCompaction(request: Partially<CompactionRequest>): Uint8Array {
  return new ProtoWriter()
    .int64(1, request.revision ?? 0)
    .bool(2, request.physical ?? false)
    .finish();
}

/** @param revision - 0 is now */
export function encodeHashKv(revision: number): Uint8Array {
  return encodeCompaction({ revision });
}

export function encodeMemberList(linearizable: boolean): Uint8Array {
  return new ProtoWriter().bool(1, linearizable).finish();
}

export function encodeMoveLeader(target: bigint): Uint8Array {
  return new ProtoWriter().uint64(1, target).finish();
}

export function encodeLeaseKeepAlive(id: bigint): Uint8Array {
  return new ProtoWriter(12).uint64(1, id).finish();
}

export function encodeLeaseTimeToLive({ id, keys }: LeaseTimeToLiveRequest): Uint8Array {
  return new ProtoWriter().uint64(1, id).bool(2, keys).finish();
}

export function encodeMemberAttributes(attributes: Omit<MemberAttributes, "kind">): Uint8Array {
  const writer = new ProtoWriter().string(1, attributes.id).string(2, attributes.name);
  for (const url of attributes.clientUrls) writer.string(3, url);
  return writer.finish();
}

function encodeOp(op: RequestOp | null): Uint8Array {
  const writer = new ProtoWriter();
  switch (op?.kind) {
    case "range":
      return writer.message(1, encodeRange(op)).finish();
    case "put":
      return writer.message(2, encodePut(op)).finish();
    case "deleteRange":
      return writer.message(3, encodeDeleteRange(op)).finish();
    case "txn":
      return writer.message(4, encodeTxn(op)).finish();
    case undefined:
      return writer.finish();
  }
}

function encodeCompare({ key, rangeEnd, result, target }: Compare): Uint8Array {
  const writer = new ProtoWriter().int64(1, COMPARE_RESULTS[result ?? "equal"]);
  const numbers = { version: 0, create: 1, mod: 2, value: 3, lease: 4 };
  writer.int64(2, target === null ? 5 : numbers[target.kind]).bytes(3, key);
  if (target === null) return writer.bytes(64, rangeEnd).finish();
  if (target.kind === "value") writer.message(7, target.value);
  else if (target.kind === "lease") writer.uint64(8, target.lease);
  else writer.int64(4 + numbers[target.kind], target.number);
  return writer.bytes(64, rangeEnd).finish();
}
