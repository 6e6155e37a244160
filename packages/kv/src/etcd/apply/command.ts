import {
  decodeCompaction,
  decodeDeleteRange,
  decodeMemberAttributes,
  decodePut,
  decodeTxn,
} from "../codec/decode-requests.ts";
import type {
  CompactionRequest,
  DeleteRangeRequest,
  MemberAttributes,
  PutRequest,
  TxnRequest,
} from "../codec/requests.ts";

/** What is replicated: one byte for the kind, then the request's own bytes as they came. */
export type Command =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | MemberAttributes;

const TAGS: { readonly [Kind in Command["kind"]]: number } = {
  put: 1,
  deleteRange: 2,
  txn: 3,
  compact: 4,
  memberAttributes: 5,
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
    default:
      return null;
  }
}
