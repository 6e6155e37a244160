import { ProtoReader } from "./proto-reader.ts";
import { ProtoWriter } from "./proto-writer.ts";
import type {
  LeaseExpiry,
  LeaseGrantRequest,
  LeaseRenewal,
  LeaseRevokeRequest,
  LeaseTick,
  LeaseTimeToLiveRequest,
} from "./requests.ts";

/** @throws `ERR_MALFORMED`, as all decoders here */
export function decodeLeaseGrant(bytes: Uint8Array): LeaseGrantRequest {
  const reader = new ProtoReader(bytes);
  let ttlSeconds = 0;
  let id = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) ttlSeconds = reader.int64();
    else if (tag === 0x10) id = reader.bigint64();
    else reader.skip(tag, 2);
  }
  return { kind: "leaseGrant", ttlSeconds, id };
}

export function encodeLeaseGrant({ ttlSeconds, id }: Omit<LeaseGrantRequest, "kind">): Uint8Array {
  return new ProtoWriter(24).int64(1, ttlSeconds).uint64(2, id).finish();
}

export function decodeLeaseRevoke(bytes: Uint8Array): LeaseRevokeRequest {
  return { kind: "leaseRevoke", id: decodeLeaseId(bytes) };
}

export function encodeLeaseRevoke(id: bigint): Uint8Array {
  return new ProtoWriter(12).uint64(1, id).finish();
}

/** LeaseRevokeRequest and LeaseKeepAliveRequest: the lease in the first field. */
export function decodeLeaseId(bytes: Uint8Array): bigint {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = reader.bigint64();
    else reader.skip(tag, 1);
  }
  return id;
}

export function decodeLeaseTimeToLive(bytes: Uint8Array): LeaseTimeToLiveRequest {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  let keys = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = reader.bigint64();
    else if (tag === 0x10) keys = reader.bool();
    else reader.skip(tag, 2);
  }
  return { id, keys };
}

export function decodeLeaseRenewal(bytes: Uint8Array): LeaseRenewal {
  const reader = new ProtoReader(bytes);
  const ids: bigint[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) ids.push(reader.bigint64());
    else reader.skip(tag);
  }
  return { kind: "leaseRenew", ids };
}

export function encodeLeaseRenewal(ids: readonly bigint[]): Uint8Array {
  const writer = new ProtoWriter(12 * ids.length);
  for (const id of ids) writer.element64(1, id);
  return writer.finish();
}

export function decodeLeaseTick(bytes: Uint8Array): LeaseTick {
  const reader = new ProtoReader(bytes);
  let term = 0;
  let counted = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) term = reader.natural();
    else if (tag === 0x10) counted = reader.natural();
    else reader.skip(tag);
  }
  return { kind: "leaseTick", term, counted };
}

export function encodeLeaseTick({ term, counted }: Omit<LeaseTick, "kind">): Uint8Array {
  return new ProtoWriter(16).int64(1, term).int64(2, counted).finish();
}

export function decodeLeaseExpiry(bytes: Uint8Array): LeaseExpiry {
  const reader = new ProtoReader(bytes);
  let id = 0n;
  let deadline = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) id = reader.bigint64();
    else if (tag === 0x10) deadline = reader.natural();
    else reader.skip(tag);
  }
  return { kind: "leaseExpire", id, deadline };
}

export function encodeLeaseExpiry({ id, deadline }: Omit<LeaseExpiry, "kind">): Uint8Array {
  return new ProtoWriter(24).uint64(1, id).int64(2, deadline).finish();
}
