import { ProtoReader } from "./proto-reader.ts";
import { readCount } from "./read-number.ts";
import { decodeHeader, NO_HEADER, type ResponseHeader } from "./response-header.ts";

/** LeaseGrantResponse and LeaseKeepAliveResponse. */
export interface LeaseAnswer {
  readonly header: ResponseHeader;
  readonly id: bigint;
  /** 0, in answer to a keep-alive: there is no such lease. */
  readonly ttlSeconds: number;
}

export interface LeaseTimeToLiveAnswer extends LeaseAnswer {
  readonly grantedSeconds: number;
  readonly keys: readonly Uint8Array[];
}

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeLeaseAnswer(bytes: Uint8Array): LeaseAnswer {
  return decodeLeaseTimeToLiveAnswer(bytes);
}

export function decodeLeaseTimeToLiveAnswer(bytes: Uint8Array): LeaseTimeToLiveAnswer {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  let id = 0n;
  let ttlSeconds = 0;
  let grantedSeconds = 0;
  const keys: Uint8Array[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else if (tag === 0x10) id = reader.bigint64();
    else if (tag === 0x18) ttlSeconds = readCount(reader);
    else if (tag === 0x20) grantedSeconds = readCount(reader);
    else if (tag === 0x2a) keys.push(reader.bytes());
    else reader.skip(tag);
  }
  return { header, id, ttlSeconds, grantedSeconds, keys };
}

/** LeaseLeasesResponse: the ids. */
export function decodeLeaseList(bytes: Uint8Array): readonly bigint[] {
  const reader = new ProtoReader(bytes);
  const ids: bigint[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) ids.push(decodeLeaseStatus(reader.bytes()));
    else reader.skip(tag);
  }
  return ids;
}

function decodeLeaseStatus(bytes: Uint8Array): bigint {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = reader.bigint64();
    else reader.skip(tag);
  }
  return id;
}
