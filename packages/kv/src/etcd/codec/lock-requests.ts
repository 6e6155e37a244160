import { ProtoReader } from "./proto-reader.ts";

const EMPTY: Uint8Array = new Uint8Array(0);

/** A lock, or a place in an election's queue: who holds the lease waits for its turn under the name. */
export interface QueueRequest {
  readonly name: Uint8Array;
  /** 0: a new one. */
  readonly lease: bigint;
  /** What the leader wants to be known; a lock has none. */
  readonly value: Uint8Array;
}

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeLock(bytes: Uint8Array): QueueRequest {
  return decodeQueueRequest(bytes, 2);
}

export function decodeCampaign(bytes: Uint8Array): QueueRequest {
  return decodeQueueRequest(bytes, 3);
}

function decodeQueueRequest(bytes: Uint8Array, known: number): QueueRequest {
  const reader = new ProtoReader(bytes);
  let name = EMPTY;
  let lease = 0n;
  let value = EMPTY;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) name = reader.bytes();
    else if (tag === 0x10) lease = reader.bigint64();
    else if (tag === 0x1a) value = reader.bytes();
    else reader.skip(tag, known);
  }
  return { name, lease, value };
}

/** UnlockRequest's key, or LeaderRequest's name. */
export function decodeFirstBytes(bytes: Uint8Array): Uint8Array {
  const reader = new ProtoReader(bytes);
  let first = EMPTY;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) first = reader.bytes();
    else reader.skip(tag, 1);
  }
  return first;
}

/** What an elected leader shows to act as one. */
export interface LeaderKey {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
  /** The key's create revision: whoever has the key later has another one. */
  readonly revision: number;
  readonly lease: bigint;
}

/** ProclaimRequest, and ResignRequest, which has no value. */
export interface LeaderRequest {
  /** Null: it was left out. */
  readonly leader: LeaderKey | null;
  readonly value: Uint8Array;
}

export function decodeLeaderRequest(bytes: Uint8Array): LeaderRequest {
  const reader = new ProtoReader(bytes);
  let leader: LeaderKey | null = null;
  let value = EMPTY;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) leader = decodeLeaderKey(reader.bytes());
    else if (tag === 0x12) value = reader.bytes();
    else reader.skip(tag, 2);
  }
  return { leader, value };
}

function decodeLeaderKey(bytes: Uint8Array): LeaderKey {
  const reader = new ProtoReader(bytes);
  let name = EMPTY;
  let key = EMPTY;
  let revision = 0;
  let lease = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) name = reader.bytes();
    else if (tag === 0x12) key = reader.bytes();
    else if (tag === 0x18) revision = reader.int64();
    else if (tag === 0x20) lease = reader.bigint64();
    else reader.skip(tag, 4);
  }
  return { name, key, revision, lease };
}
