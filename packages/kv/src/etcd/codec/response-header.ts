import { ProtoReader } from "./proto-reader.ts";
import { readCount, readMemberId } from "./read-number.ts";

/** How every answer begins. */
export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: number;
  readonly raftTerm: number;
}

/** Of an answer without one. */
export const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };

/** @throws `ERR_MALFORMED` */
export function decodeHeader(bytes: Uint8Array): ResponseHeader {
  const reader = new ProtoReader(bytes);
  const header: { -readonly [Field in keyof ResponseHeader]: ResponseHeader[Field] } = {
    ...NO_HEADER,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) header.clusterId = readMemberId(reader);
    else if (tag === 0x10) header.memberId = readMemberId(reader);
    else if (tag === 0x18) header.revision = readCount(reader);
    else if (tag === 0x20) header.raftTerm = readCount(reader);
    else reader.skip(tag);
  }
  return header;
}

/** Any answer of which nothing but the header is wanted. */
export function decodeHeaderAlone(bytes: Uint8Array): ResponseHeader {
  const reader = new ProtoReader(bytes);
  let header = NO_HEADER;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) header = decodeHeader(reader.bytes());
    else reader.skip(tag);
  }
  return header;
}
