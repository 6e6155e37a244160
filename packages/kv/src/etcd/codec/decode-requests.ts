import { QuorateError } from "@quorate/core";
import { ProtoReader } from "./proto-reader.ts";
import type {
  Compare,
  CompareResult,
  CompareTarget,
  CompactionRequest,
  DeleteRangeRequest,
  MemberAttributes,
  PutRequest,
  RangeRequest,
  RequestOp,
  SortOrder,
  SortTarget,
  TxnRequest,
} from "./requests.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const SORT_ORDERS: readonly SortOrder[] = ["none", "ascend", "descend"];
const SORT_TARGETS: readonly SortTarget[] = ["key", "version", "create", "mod", "value"];
const COMPARE_RESULTS: readonly CompareResult[] = ["equal", "greater", "less", "notEqual"];

/** Deeper than any client nests, shallow enough for every stack. */
const TXN_DEPTH_MAX = 64;

/** What the decoders fill in: the same fields, not yet read-only. */
type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeRange(bytes: Uint8Array): RangeRequest {
  const reader = new ProtoReader(bytes);
  const request: Draft<RangeRequest> = {
    kind: "range",
    key: EMPTY,
    rangeEnd: EMPTY,
    limit: 0,
    revision: 0,
    sortOrder: "none",
    sortTarget: "key",
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) request.key = reader.bytes();
    else if (tag === 0x12) request.rangeEnd = reader.bytes();
    else if (tag === 0x18) request.limit = reader.int64();
    else if (tag === 0x20) request.revision = reader.int64();
    else if (tag === 0x28) request.sortOrder = SORT_ORDERS[reader.uint32()] ?? null;
    else if (tag === 0x30) request.sortTarget = SORT_TARGETS[reader.uint32()] ?? null;
    else if (tag === 0x38) request.serializable = reader.bool();
    else if (tag === 0x40) request.keysOnly = reader.bool();
    else if (tag === 0x48) request.countOnly = reader.bool();
    else if (tag === 0x50) request.minModRevision = reader.int64();
    else if (tag === 0x58) request.maxModRevision = reader.int64();
    else if (tag === 0x60) request.minCreateRevision = reader.int64();
    else if (tag === 0x68) request.maxCreateRevision = reader.int64();
    else reader.skip(tag);
  }
  return request;
}

export function decodePut(bytes: Uint8Array): PutRequest {
  const reader = new ProtoReader(bytes);
  const request: Draft<PutRequest> = {
    kind: "put",
    key: EMPTY,
    value: EMPTY,
    lease: 0n,
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) request.key = reader.bytes();
    else if (tag === 0x12) request.value = reader.bytes();
    else if (tag === 0x18) request.lease = reader.bigint64();
    else if (tag === 0x20) request.prevKv = reader.bool();
    else if (tag === 0x28) request.ignoreValue = reader.bool();
    else if (tag === 0x30) request.ignoreLease = reader.bool();
    else reader.skip(tag);
  }
  return request;
}

export function decodeDeleteRange(bytes: Uint8Array): DeleteRangeRequest {
  const reader = new ProtoReader(bytes);
  const request: Draft<DeleteRangeRequest> = {
    kind: "deleteRange",
    key: EMPTY,
    rangeEnd: EMPTY,
    prevKv: false,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) request.key = reader.bytes();
    else if (tag === 0x12) request.rangeEnd = reader.bytes();
    else if (tag === 0x18) request.prevKv = reader.bool();
    else reader.skip(tag);
  }
  return request;
}

export function decodeTxn(bytes: Uint8Array, depth: number = 0): TxnRequest {
  if (depth > TXN_DEPTH_MAX) {
    throw new QuorateError("ERR_MALFORMED", `transactions nested more than ${TXN_DEPTH_MAX} deep`);
  }
  const reader = new ProtoReader(bytes);
  const compare: Compare[] = [];
  const success: (RequestOp | null)[] = [];
  const failure: (RequestOp | null)[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) compare.push(decodeCompare(reader.bytes()));
    else if (tag === 0x12) success.push(decodeOp(reader.bytes(), depth));
    else if (tag === 0x1a) failure.push(decodeOp(reader.bytes(), depth));
    else reader.skip(tag);
  }
  return { kind: "txn", compare, success, failure };
}

function decodeOp(bytes: Uint8Array, depth: number): RequestOp | null {
  const reader = new ProtoReader(bytes);
  let op: RequestOp | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) op = decodeRange(reader.bytes());
    else if (tag === 0x12) op = decodePut(reader.bytes());
    else if (tag === 0x1a) op = decodeDeleteRange(reader.bytes());
    else if (tag === 0x22) op = decodeTxn(reader.bytes(), depth + 1);
    else reader.skip(tag);
  }
  return op;
}

function decodeCompare(bytes: Uint8Array): Compare {
  const reader = new ProtoReader(bytes);
  let result: CompareResult | null = "equal";
  let target = 0;
  let key = EMPTY;
  let rangeEnd = EMPTY;
  let number = 0;
  let value = EMPTY;
  let lease = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) result = COMPARE_RESULTS[reader.uint32()] ?? null;
    else if (tag === 0x10) target = reader.uint32();
    else if (tag === 0x1a) key = reader.bytes();
    // The three numbers are alternatives: one of them is there.
    else if (tag === 0x20 || tag === 0x28 || tag === 0x30) number = reader.int64();
    else if (tag === 0x3a) value = reader.bytes();
    else if (tag === 0x40) lease = reader.bigint64();
    else if (tag === 0x202) rangeEnd = reader.bytes();
    else reader.skip(tag);
  }
  return { key, rangeEnd, result, target: compareTarget(target, number, value, lease) };
}

function compareTarget(
  target: number,
  number: number,
  value: Uint8Array,
  lease: bigint,
): CompareTarget {
  if (target === 3) return { kind: "value", value };
  if (target === 4) return { kind: "lease", lease };
  return { kind: target === 1 ? "create" : target === 2 ? "mod" : "version", number };
}

export function decodeCompaction(bytes: Uint8Array): CompactionRequest {
  const reader = new ProtoReader(bytes);
  let revision = 0;
  let physical = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) revision = reader.int64();
    else if (tag === 0x10) physical = reader.bool();
    else reader.skip(tag);
  }
  return { kind: "compact", revision, physical };
}

/** HashKVRequest: the revision to hash at. */
export function decodeHashKv(bytes: Uint8Array): number {
  return decodeCompaction(bytes).revision;
}

/** MemberListRequest: whether a linearizable answer is wanted. */
export function decodeMemberList(bytes: Uint8Array): boolean {
  const reader = new ProtoReader(bytes);
  let linearizable = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) linearizable = reader.bool();
    else reader.skip(tag);
  }
  return linearizable;
}

/** HealthCheckRequest: the service asked about; empty for the whole server. */
export function decodeHealthCheck(bytes: Uint8Array): string {
  const reader = new ProtoReader(bytes);
  let service = "";
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) service = reader.string();
    else reader.skip(tag);
  }
  return service;
}

export function decodeMemberAttributes(bytes: Uint8Array): MemberAttributes {
  const reader = new ProtoReader(bytes);
  let id = "";
  let name = "";
  const clientUrls: string[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) id = reader.string();
    else if (tag === 0x12) name = reader.string();
    else if (tag === 0x1a) clientUrls.push(reader.string());
    else reader.skip(tag);
  }
  return { kind: "memberAttributes", id, name, clientUrls };
}
