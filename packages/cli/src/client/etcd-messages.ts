import { ProtobufFields } from "./protobuf-fields.ts";
import { protobufMessage } from "./protobuf-message.ts";

/**
 * The messages of etcd's API that the command line sends and reads, in the client's direction only:
 * requests are encoded, answers decoded. Field numbers are those of etcd's `rpc.proto`.
 *
 * @packageDocumentation
 */

export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: number;
  readonly raftTerm: number;
}

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly limit: number;
  readonly revision: number;
  readonly sortOrder: number;
  readonly sortTarget: number;
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
}

export interface RangeResponse {
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly prevKv: boolean;
}

export interface PutResponse {
  readonly header: ResponseHeader;
  readonly prevKv: KeyValue | null;
}

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export interface DeleteRangeResponse {
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

export interface StatusResponse {
  readonly header: ResponseHeader;
  readonly version: string;
  readonly dbSize: number;
  readonly leader: bigint;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  readonly errors: readonly string[];
}

export interface HashKvResponse {
  readonly header: ResponseHeader;
  readonly hash: number;
}

export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

export interface MemberListResponse {
  readonly header: ResponseHeader;
  readonly members: readonly Member[];
}

export function encodeRangeRequest(request: RangeRequest): Uint8Array {
  return protobufMessage(
    [1, request.key],
    [2, request.rangeEnd],
    [3, request.limit],
    [4, request.revision],
    [5, request.sortOrder],
    [6, request.sortTarget],
    [7, request.serializable],
    [8, request.keysOnly],
    [9, request.countOnly],
  );
}

export function encodePutRequest({ key, value, prevKv }: PutRequest): Uint8Array {
  return protobufMessage([1, key], [2, value], [4, prevKv]);
}

export function encodeDeleteRangeRequest({
  key,
  rangeEnd,
  prevKv,
}: DeleteRangeRequest): Uint8Array {
  return protobufMessage([1, key], [2, rangeEnd], [3, prevKv]);
}

export function encodeStatusRequest(): Uint8Array {
  return protobufMessage();
}

/** @param revision 0 is now */
export function encodeHashKvRequest(revision: number): Uint8Array {
  return protobufMessage([1, revision]);
}

export function encodeMemberListRequest(linearizable: boolean): Uint8Array {
  return protobufMessage([1, linearizable]);
}

export function decodeRangeResponse(bytes: Uint8Array): RangeResponse {
  const fields = new ProtobufFields(bytes);
  return {
    header: headerOf(fields),
    kvs: fields.messages(2).map(keyValueOf),
    more: fields.flag(3),
    count: fields.number(4),
  };
}

export function decodePutResponse(bytes: Uint8Array): PutResponse {
  const fields = new ProtobufFields(bytes);
  const [previous] = fields.messages(2);
  return { header: headerOf(fields), prevKv: previous ? keyValueOf(previous) : null };
}

export function decodeDeleteRangeResponse(bytes: Uint8Array): DeleteRangeResponse {
  const fields = new ProtobufFields(bytes);
  return {
    header: headerOf(fields),
    deleted: fields.number(2),
    prevKvs: fields.messages(3).map(keyValueOf),
  };
}

export function decodeStatusResponse(bytes: Uint8Array): StatusResponse {
  const fields = new ProtobufFields(bytes);
  return {
    header: headerOf(fields),
    version: fields.text(2),
    dbSize: fields.number(3),
    leader: fields.uint64(4),
    raftIndex: fields.number(5),
    raftTerm: fields.number(6),
    raftAppliedIndex: fields.number(7),
    errors: fields.texts(8),
  };
}

export function decodeHashKvResponse(bytes: Uint8Array): HashKvResponse {
  const fields = new ProtobufFields(bytes);
  return { header: headerOf(fields), hash: fields.number(2) };
}

export function decodeMemberListResponse(bytes: Uint8Array): MemberListResponse {
  const fields = new ProtobufFields(bytes);
  const members = fields.messages(2).map((member) => ({
    id: member.uint64(1),
    name: member.text(2),
    peerUrls: member.texts(3),
    clientUrls: member.texts(4),
  }));
  return { header: headerOf(fields), members };
}

function headerOf(fields: ProtobufFields): ResponseHeader {
  const header = fields.message(1);
  return {
    clusterId: header.uint64(1),
    memberId: header.uint64(2),
    revision: header.number(3),
    raftTerm: header.number(4),
  };
}

function keyValueOf(fields: ProtobufFields): KeyValue {
  return {
    key: fields.bytes(1),
    createRevision: fields.number(2),
    modRevision: fields.number(3),
    version: fields.number(4),
    value: fields.bytes(5),
    lease: fields.uint64(6),
  };
}
