import { QuorateError } from "@quorate/core";
import { decodeAlarm } from "../codec/alarm-requests.ts";
import {
  decodeCompaction,
  decodeDeleteRange,
  decodeMemberAttributes,
  decodePut,
  decodeTxn,
} from "../codec/decode-requests.ts";
import {
  decodeLeaseExpiry,
  decodeLeaseGrant,
  decodeLeaseRenewal,
  decodeLeaseRevoke,
  decodeLeaseTick,
} from "../codec/lease-requests.ts";
import type {
  AlarmRequest,
  CompactionRequest,
  DeleteRangeRequest,
  LeaseExpiry,
  LeaseGrantRequest,
  LeaseRenewal,
  LeaseRevokeRequest,
  LeaseTick,
  MemberAttributes,
  PutRequest,
  TxnRequest,
} from "../codec/requests.ts";
import { TTL_SECONDS_MAX } from "../lease/index.ts";

/** What is replicated: one byte for the kind, then the request's own bytes as they came. */
export type Command =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | MemberAttributes
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseRenewal
  | LeaseTick
  | LeaseExpiry
  | AlarmRequest;

const TAGS: { readonly [Kind in Command["kind"]]: number } = {
  put: 1,
  deleteRange: 2,
  txn: 3,
  compact: 4,
  memberAttributes: 5,
  leaseGrant: 6,
  leaseRevoke: 7,
  leaseRenew: 8,
  leaseTick: 9,
  leaseExpire: 10,
  alarm: 11,
};

export function encodeCommand(kind: Command["kind"], request: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + request.length);
  bytes[0] = TAGS[kind];
  bytes.set(request, 1);
  return bytes;
}

/**
 * @returns null for a kind that this version does not know
 * @throws `ERR_MALFORMED`
 */
export function decodeCommand(bytes: Uint8Array): Command | null {
  const request = bytes.subarray(1);
  switch (bytes[0]) {
    case TAGS.put:
      return decodePut(request);
    case TAGS.deleteRange:
      return decodeDeleteRange(request);
    case TAGS.txn:
      return decodeTxn(request);
    case TAGS.compact:
      return decodeCompaction(request);
    case TAGS.memberAttributes:
      return decodeMemberAttributes(request);
    case TAGS.leaseGrant:
      return checkedGrant(decodeLeaseGrant(request));
    case TAGS.leaseRevoke:
      return decodeLeaseRevoke(request);
    case TAGS.leaseRenew:
      return decodeLeaseRenewal(request);
    case TAGS.leaseTick:
      return decodeLeaseTick(request);
    case TAGS.leaseExpire:
      return decodeLeaseExpiry(request);
    case TAGS.alarm:
      return decodeAlarm(request);
    default:
      return null;
  }
}

/** The service has raised the seconds or refused them: a snapshot could not hold any others. */
function checkedGrant(grant: LeaseGrantRequest): LeaseGrantRequest {
  if (grant.ttlSeconds >= 1 && grant.ttlSeconds <= TTL_SECONDS_MAX) return grant;
  throw new QuorateError("ERR_MALFORMED", `a lease of ${grant.ttlSeconds} s`);
}
