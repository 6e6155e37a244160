import { ProtoReader } from "./proto-reader.ts";
import { readCount, readMemberId } from "./read-number.ts";
import type { AlarmKind } from "./requests.ts";
import { decodeHeader, NO_HEADER, type ResponseHeader } from "./response-header.ts";

export interface StatusResponse {
  readonly header: ResponseHeader;
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  /** 0: none. */
  readonly leader: bigint;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  readonly errors: readonly string[];
  readonly isLearner: boolean;
}

export interface HashKvResponse {
  readonly header: ResponseHeader;
  readonly hash: number;
  readonly compactRevision: number;
}

/** A member that has an alarm; null: of a kind that is not known. */
export interface AlarmMember {
  readonly memberId: bigint;
  readonly alarm: AlarmKind | null;
}

export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberListResponse {
  readonly header: ResponseHeader;
  readonly members: readonly Member[];
}

export interface SnapshotResponse {
  readonly remainingBytes: number;
  readonly blob: Uint8Array;
}

const EMPTY: Uint8Array = new Uint8Array(0);
const ALARMS: readonly (AlarmKind | null)[] = [null, "noSpace", "corrupt"];

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeStatusResponse(bytes: Uint8Array): StatusResponse {
  const reader = new ProtoReader(bytes);
  const errors: string[] = [];
  const status: { -readonly [Field in keyof StatusResponse]: StatusResponse[Field] } = {
    header: NO_HEADER,
    version: "",
    dbSize: 0,
    dbSizeInUse: 0,
    leader: 0n,
    raftIndex: 0,
    raftTerm: 0,
    raftAppliedIndex: 0,
    errors,
    isLearner: false,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) status.header = decodeHeader(reader.bytes());
    else if (tag === 0x12) status.version = reader.string();
    else if (tag === 0x18) status.dbSize = readCount(reader);
    else if (tag === 0x20) status.leader = readMemberId(reader);
    else if (tag === 0x28) status.raftIndex = readCount(reader);
    else if (tag === 0x30) status.raftTerm = readCount(reader);
    else if (tag === 0x38) status.raftAppliedIndex = readCount(reader);
    else if (tag === 0x42) errors.push(reader.string());
    else if (tag === 0x48) status.dbSizeInUse = readCount(reader);
    else if (tag === 0x50) status.isLearner = reader.bool();
    else reader.skip(tag);
  }
  return status;
}

export function decodeHashKvResponse(bytes: Uint8Array): HashKvResponse {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  let hash = 0;
  let compactRevision = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x10) hash = reader.uint32();
    else if (tag === 0x18) compactRevision = readCount(reader);
    else reader.skip(tag);
  }
  return { header, hash, compactRevision };
}

export function decodeAlarmResponse(bytes: Uint8Array): readonly AlarmMember[] {
  const reader = new ProtoReader(bytes);
  const members: AlarmMember[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) members.push(decodeAlarmMember(reader.bytes()));
    else reader.skip(tag);
  }
  return members;
}

function decodeAlarmMember(bytes: Uint8Array): AlarmMember {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  let alarm: AlarmKind | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = readMemberId(reader);
    else if (tag === 0x10) alarm = ALARMS[reader.uint32()] ?? null;
    else reader.skip(tag);
  }
  return { memberId: id, alarm };
}

export function decodeMemberListResponse(bytes: Uint8Array): MemberListResponse {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  const members: Member[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x12) members.push(decodeMember(reader.bytes()));
    else reader.skip(tag);
  }
  return { header, members };
}

function decodeMember(bytes: Uint8Array): Member {
  const reader = new ProtoReader(bytes);
  const peerUrls: string[] = [];
  const clientUrls: string[] = [];
  const member = { id: 0n, name: "", peerUrls, clientUrls, isLearner: false };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) member.id = readMemberId(reader);
    else if (tag === 0x12) member.name = reader.string();
    else if (tag === 0x1a) peerUrls.push(reader.string());
    else if (tag === 0x22) clientUrls.push(reader.string());
    else if (tag === 0x28) member.isLearner = reader.bool();
    else reader.skip(tag);
  }
  return member;
}

export function decodeSnapshotResponse(bytes: Uint8Array): SnapshotResponse {
  const reader = new ProtoReader(bytes);
  let remainingBytes = 0;
  let blob = EMPTY;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x10) remainingBytes = readCount(reader);
    else if (tag === 0x1a) blob = reader.bytes();
    else reader.skip(tag);
  }
  return { remainingBytes, blob };
}
