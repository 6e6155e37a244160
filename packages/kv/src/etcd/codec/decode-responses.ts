import { QuorateError } from "@quorate/core";
import { ProtoReader } from "./proto-reader.ts";
import { readCount } from "./read-number.ts";
import { decodeHeader, NO_HEADER, type ResponseHeader } from "./response-header.ts";

// etcd's answers as a client reads them: every field present, zero where it was left out. Fields that
// this version does not know are passed over.

/** One version of a key. */
export interface KeyValueFields {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

export interface RangeResponse {
  readonly kind: "range";
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValueFields[];
  readonly more: boolean;
  readonly count: number;
}

export interface PutResponse {
  readonly kind: "put";
  readonly header: ResponseHeader;
  readonly prevKv: KeyValueFields | null;
}

export interface DeleteRangeResponse {
  readonly kind: "deleteRange";
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValueFields[];
}

export interface TxnResponse {
  readonly kind: "txn";
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

/** What one operation of a transaction answered. */
export type ResponseOp = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse;

/** What the decoders fill in: the same fields, not yet read-only. */
type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

const EMPTY: Uint8Array = new Uint8Array(0);

/** Deeper than any request of ours nests. */
const TXN_DEPTH_MAX = 64;

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeRangeResponse(bytes: Uint8Array): RangeResponse {
  const reader = new ProtoReader(bytes);
  const kvs: KeyValueFields[] = [];
  const response: Draft<RangeResponse> = {
    kind: "range",
    header: NO_HEADER,
    kvs,
    more: false,
    count: 0,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) response.header = decodeHeader(reader.bytes());
    else if (tag === 0x12) kvs.push(decodeKeyValue(reader.bytes()));
    else if (tag === 0x18) response.more = reader.bool();
    else if (tag === 0x20) response.count = readCount(reader);
    else reader.skip(tag);
  }
  return response;
}

export function decodePutResponse(bytes: Uint8Array): PutResponse {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  let prevKv: KeyValueFields | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x12) prevKv = decodeKeyValue(reader.bytes());
    else reader.skip(tag);
  }
  return { kind: "put", header, prevKv };
}

export function decodeDeleteRangeResponse(bytes: Uint8Array): DeleteRangeResponse {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  let deleted = 0;
  const prevKvs: KeyValueFields[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x10) deleted = readCount(reader);
    else if (tag === 0x1a) prevKvs.push(decodeKeyValue(reader.bytes()));
    else reader.skip(tag);
  }
  return { kind: "deleteRange", header, deleted, prevKvs };
}

export function decodeTxnResponse(bytes: Uint8Array, depth: number = 0): TxnResponse {
  if (depth > TXN_DEPTH_MAX) throw malformed(`transactions nested more than ${TXN_DEPTH_MAX} deep`);
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  let succeeded = false;
  const responses: ResponseOp[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x10) succeeded = reader.bool();
    else if (tag === 0x1a) responses.push(decodeResponseOp(reader.bytes(), depth));
    else reader.skip(tag);
  }
  return { kind: "txn", header, succeeded, responses };
}

function decodeResponseOp(bytes: Uint8Array, depth: number): ResponseOp {
  const reader = new ProtoReader(bytes);
  let op: ResponseOp | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) op = decodeRangeResponse(reader.bytes());
    else if (tag === 0x12) op = decodePutResponse(reader.bytes());
    else if (tag === 0x1a) op = decodeDeleteRangeResponse(reader.bytes());
    else if (tag === 0x22) op = decodeTxnResponse(reader.bytes(), depth + 1);
    else reader.skip(tag);
  }
  if (op === null) throw malformed("an answer of a kind that is not known");
  return op;
}

export function decodeKeyValue(bytes: Uint8Array): KeyValueFields {
  const reader = new ProtoReader(bytes);
  const kv: Draft<KeyValueFields> = {
    key: EMPTY,
    createRevision: 0,
    modRevision: 0,
    version: 0,
    value: EMPTY,
    lease: 0n,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) kv.key = reader.bytes();
    else if (tag === 0x10) kv.createRevision = readCount(reader);
    else if (tag === 0x18) kv.modRevision = readCount(reader);
    else if (tag === 0x20) kv.version = readCount(reader);
    else if (tag === 0x2a) kv.value = reader.bytes();
    else if (tag === 0x30) kv.lease = reader.bigint64();
    else reader.skip(tag);
  }
  return kv;
}

function malformed(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed protocol buffer: ${why}`);
}
