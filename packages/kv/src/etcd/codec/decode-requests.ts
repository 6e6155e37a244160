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

/** What is compared, with the zero that stands for what was not given, or given for another target. */
const COMPARE_TARGETS: readonly CompareTarget[] = [
  { kind: "version", number: 0 },
  { kind: "create", number: 0 },
  { kind: "mod", number: 0 },
  { kind: "value", value: EMPTY },
  { kind: "lease", lease: 0n },
];

/** The one field of a comparison that does not follow the others. */
const RANGE_END = 64;

/**
 * Deeper than a transaction can be that has no more operations than it may: what lies deeper is not
 * read, for what lies above it is refused.
 */
const TXN_DEPTH_MAX = 130;

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
    else reader.skip(tag, 13);
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
    else reader.skip(tag, 6);
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
    else reader.skip(tag, 3);
  }
  return request;
}

export function decodeTxn(bytes: Uint8Array, depth: number = 0): TxnRequest {
  const reader = new ProtoReader(bytes);
  const compare: Compare[] = [];
  const success: (RequestOp | null)[] = [];
  const failure: (RequestOp | null)[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) compare.push(decodeCompare(reader.bytes()));
    else if (tag === 0x12) success.push(decodeOp(reader.bytes(), depth));
    else if (tag === 0x1a) failure.push(decodeOp(reader.bytes(), depth));
    else reader.skip(tag, 3);
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
    else if (tag === 0x22) op = decodeNested(reader.bytes(), depth + 1);
    else reader.skip(tag, 4);
  }
  return op;
}

function decodeNested(bytes: Uint8Array, depth: number): TxnRequest | null {
  return depth > TXN_DEPTH_MAX ? null : decodeTxn(bytes, depth);
}

function decodeCompare(bytes: Uint8Array): Compare {
  const reader = new ProtoReader(bytes);
  let result: CompareResult | null = "equal";
  let number = 0;
  let key = EMPTY;
  let rangeEnd = EMPTY;
  // Of the alternatives to compare with the last one counts.
  let given: CompareTarget | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) result = COMPARE_RESULTS[reader.uint32()] ?? null;
    else if (tag === 0x10) number = reader.uint32();
    else if (tag === 0x1a) key = reader.bytes();
    else if (tag === 0x20) given = { kind: "version", number: reader.int64() };
    else if (tag === 0x28) given = { kind: "create", number: reader.int64() };
    else if (tag === 0x30) given = { kind: "mod", number: reader.int64() };
    else if (tag === 0x3a) given = { kind: "value", value: reader.bytes() };
    else if (tag === 0x40) given = { kind: "lease", lease: reader.bigint64() };
    else if (tag === 0x202) rangeEnd = reader.bytes();
    else reader.skip(tag, tag >>> 3 === RANGE_END ? RANGE_END : 8);
  }
  const target = COMPARE_TARGETS[number] ?? null;
  return { key, rangeEnd, result, target: given?.kind === target?.kind ? given : target };
}

export function decodeCompaction(bytes: Uint8Array): CompactionRequest {
  const reader = new ProtoReader(bytes);
  let revision = 0;
  let physical = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) revision = reader.int64();
    else if (tag === 0x10) physical = reader.bool();
    else reader.skip(tag, 2);
  }
  return { kind: "compact", revision, physical };
}

/** HashKVRequest: the revision to hash at. */
export function decodeHashKv(bytes: Uint8Array): number {
  const reader = new ProtoReader(bytes);
  let revision = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) revision = reader.int64();
    else reader.skip(tag, 1);
  }
  return revision;
}

/** A request without fields, which must be a message all the same; true when it is one. */
export function decodeNothing(bytes: Uint8Array): true {
  const reader = new ProtoReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) reader.skip(tag);
  return true;
}

/** MemberListRequest: whether a linearizable answer is wanted. */
export function decodeMemberList(bytes: Uint8Array): boolean {
  const reader = new ProtoReader(bytes);
  let linearizable = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) linearizable = reader.bool();
    else reader.skip(tag, 1);
  }
  return linearizable;
}

/** HealthCheckRequest: the service asked about; empty for the whole server. */
export function decodeHealthCheck(bytes: Uint8Array): string {
  const reader = new ProtoReader(bytes);
  let service = "";
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) service = reader.string();
    else reader.skip(tag, 1);
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
