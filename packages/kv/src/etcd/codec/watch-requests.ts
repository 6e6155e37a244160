import { decodeNothing } from "./decode-requests.ts";
import { ProtoReader } from "./proto-reader.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** A watcher, as its client asks for it. */
export interface WatchCreateRequest {
  readonly kind: "create";
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** 0: from the next revision on. */
  readonly startRevision: number;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  /** All 64 bits, as the client may choose it; 0: the member chooses. */
  readonly watchId: bigint;
  readonly fragment: boolean;
}

/** What the client of a watch stream may say. */
export type WatchRequest =
  | WatchCreateRequest
  | { readonly kind: "cancel"; readonly watchId: bigint }
  | { readonly kind: "progress" }
  /** Something that this version does not know. */
  | { readonly kind: "unknown" };

const EMPTY = new Uint8Array(0);

/** Numbers of the filters. */
const NO_PUT = 0;
const NO_DELETE = 1;

/** @throws `ERR_MALFORMED` */
export function decodeWatchRequest(bytes: Uint8Array): WatchRequest {
  const reader = new ProtoReader(bytes);
  let request: WatchRequest = { kind: "unknown" };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) request = decodeCreate(reader.bytes());
    else if (tag === 0x12) request = { kind: "cancel", watchId: decodeWatchId(reader.bytes()) };
    else if (tag === 0x1a) {
      decodeNothing(reader.bytes());
      request = { kind: "progress" };
    } else reader.skip(tag, 3);
  }
  return request;
}

function decodeCreate(bytes: Uint8Array): WatchCreateRequest {
  const reader = new ProtoReader(bytes);
  const request: { -readonly [Field in keyof WatchCreateRequest]: WatchCreateRequest[Field] } = {
    kind: "create",
    key: EMPTY,
    rangeEnd: EMPTY,
    startRevision: 0,
    progressNotify: false,
    noPut: false,
    noDelete: false,
    prevKv: false,
    watchId: 0n,
    fragment: false,
  };
  const filter = (number: number): void => {
    if (number === NO_PUT) request.noPut = true;
    else if (number === NO_DELETE) request.noDelete = true;
  };
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) request.key = reader.bytes();
    else if (tag === 0x12) request.rangeEnd = reader.bytes();
    else if (tag === 0x18) request.startRevision = reader.int64();
    else if (tag === 0x20) request.progressNotify = reader.bool();
    // A repeated number comes packed or one by one, as the client likes.
    else if (tag === 0x28) filter(reader.uint32());
    else if (tag === 0x2a) {
      const packed = new ProtoReader(reader.bytes());
      while (!packed.isAtEnd) filter(packed.uint32());
    } else if (tag === 0x30) request.prevKv = reader.bool();
    else if (tag === 0x38) request.watchId = reader.bigint64();
    else if (tag === 0x40) request.fragment = reader.bool();
    else reader.skip(tag, 8);
  }
  return request;
}

function decodeWatchId(bytes: Uint8Array): bigint {
  const reader = new ProtoReader(bytes);
  let watchId = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) watchId = reader.bigint64();
    else reader.skip(tag, 1);
  }
  return watchId;
}

export function encodeWatchCreate(request: Partial<Omit<WatchCreateRequest, "kind">>): Uint8Array {
  const writer = new ProtoWriter();
  const start = writer.open(1);
  writer.bytes(1, request.key ?? EMPTY).bytes(2, request.rangeEnd ?? EMPTY);
  writer.int64(3, request.startRevision ?? 0).bool(4, request.progressNotify ?? false);
  const filters = [
    ...(request.noPut === true ? [NO_PUT] : []),
    ...(request.noDelete === true ? [NO_DELETE] : []),
  ];
  writer.bytes(5, Uint8Array.from(filters)).bool(6, request.prevKv ?? false);
  writer.uint64(7, request.watchId ?? 0n).bool(8, request.fragment ?? false);
  return writer.close(start).finish();
}

export function encodeWatchCancel(watchId: bigint): Uint8Array {
  const writer = new ProtoWriter();
  const start = writer.open(2);
  return writer.uint64(1, watchId).close(start).finish();
}

export function encodeWatchProgress(): Uint8Array {
  return new ProtoWriter().message(3, EMPTY).finish();
}
