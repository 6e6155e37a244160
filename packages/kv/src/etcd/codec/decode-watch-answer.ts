import { decodeKeyValue, type KeyValueFields } from "./decode-responses.ts";
import { ProtoReader } from "./proto-reader.ts";
import { readCount } from "./read-number.ts";
import { decodeHeader, NO_HEADER, type ResponseHeader } from "./response-header.ts";

/** One change, as a watch tells it. */
export interface ChangeFields {
  readonly kind: "put" | "delete";
  /** What the key is now; of a deletion only the key and its revision. */
  readonly kv: KeyValueFields;
  readonly prevKv: KeyValueFields | null;
}

/** What a server says on a watch stream. */
export interface WatchAnswer {
  readonly header: ResponseHeader;
  readonly watchId: bigint;
  readonly created: boolean;
  readonly canceled: boolean;
  /** What was asked for is compacted up to here; 0 where it is not. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** More events of the same revisions follow. */
  readonly fragment: boolean;
  readonly events: readonly ChangeFields[];
}

/** @throws `ERR_MALFORMED` */
export function decodeWatchAnswer(bytes: Uint8Array): WatchAnswer {
  const reader = new ProtoReader(bytes);
  const events: ChangeFields[] = [];
  const answer: { -readonly [Field in keyof WatchAnswer]: WatchAnswer[Field] } = {
    header: NO_HEADER,
    watchId: 0n,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: "",
    fragment: false,
    events,
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) answer.header = decodeHeader(reader.bytes());
    else if (tag === 0x10) answer.watchId = reader.bigint64();
    else if (tag === 0x18) answer.created = reader.bool();
    else if (tag === 0x20) answer.canceled = reader.bool();
    else if (tag === 0x28) answer.compactRevision = readCount(reader);
    else if (tag === 0x32) answer.cancelReason = reader.string();
    else if (tag === 0x38) answer.fragment = reader.bool();
    else if (tag === 0x5a) events.push(decodeChange(reader.bytes()));
    else reader.skip(tag);
  }
  return answer;
}

function decodeChange(bytes: Uint8Array): ChangeFields {
  const reader = new ProtoReader(bytes);
  let kind: ChangeFields["kind"] = "put";
  let kv: KeyValueFields | null = null;
  let prevKv: KeyValueFields | null = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) kind = reader.uint32() === 1 ? "delete" : "put";
    else if (tag === 0x12) kv = decodeKeyValue(reader.bytes());
    else if (tag === 0x1a) prevKv = decodeKeyValue(reader.bytes());
    else reader.skip(tag);
  }
  return { kind, kv: kv ?? decodeKeyValue(EMPTY), prevKv };
}

const EMPTY = new Uint8Array(0);
