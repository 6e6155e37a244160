import { ProtoWriter } from "./proto-writer.ts";

/** One version of a key, as clients see it. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

/** What happened to one operation of a transaction. */
export type OpResult =
  | {
      readonly kind: "range";
      readonly kvs: readonly KeyValue[];
      readonly more: boolean;
      readonly count: number;
    }
  | { readonly kind: "put"; readonly prevKv: KeyValue | null }
  | {
      readonly kind: "deleteRange";
      readonly deleted: number;
      readonly prevKvs: readonly KeyValue[];
    }
  | { readonly kind: "txn"; readonly succeeded: boolean; readonly responses: readonly OpResult[] };

/** Writes response headers. Who answers never changes, so those two fields are written once. */
export class HeaderWriter {
  readonly #ids: Uint8Array;

  constructor(clusterId: bigint, memberId: bigint) {
    this.#ids = new ProtoWriter().uint64(1, clusterId).uint64(2, memberId).finish();
  }

  /** The header as field 1 of a response. */
  write(writer: ProtoWriter, revision: number, term: number): ProtoWriter {
    const header = new ProtoWriter(48).raw(this.#ids).int64(3, revision).int64(4, term);
    return writer.message(1, header.finish());
  }
}

/** The fields of an operation's response behind its header. */
export function writeOpResult(
  writer: ProtoWriter,
  result: OpResult,
  opRevision: number,
): ProtoWriter {
  switch (result.kind) {
    case "range":
      for (const kv of result.kvs) writer.message(2, encodeKeyValue(kv));
      return writer.bool(3, result.more).int64(4, result.count);
    case "put":
      return result.prevKv === null ? writer : writer.message(2, encodeKeyValue(result.prevKv));
    case "deleteRange":
      writer.int64(2, result.deleted);
      for (const kv of result.prevKvs) writer.message(3, encodeKeyValue(kv));
      return writer;
    case "txn":
      writer.bool(2, result.succeeded);
      for (const response of result.responses) {
        writer.message(3, encodeResponseOp(response, opRevision));
      }
      return writer;
  }
}

const RESPONSE_FIELDS = { range: 1, put: 2, deleteRange: 3, txn: 4 };

/** Inside a transaction a header says the revision and nothing else; a nested one's says nothing. */
function encodeResponseOp(result: OpResult, revision: number): Uint8Array {
  const header = new ProtoWriter(16).int64(3, result.kind === "txn" ? 0 : revision).finish();
  const response = writeOpResult(new ProtoWriter().message(1, header), result, revision);
  return new ProtoWriter(response.length + 8)
    .message(RESPONSE_FIELDS[result.kind], response.finish())
    .finish();
}

export function encodeKeyValue(kv: KeyValue): Uint8Array {
  const writer = new ProtoWriter(kv.key.length + kv.value.length + 40);
  writer.bytes(1, kv.key).int64(2, kv.createRevision).int64(3, kv.modRevision);
  return writer.int64(4, kv.version).bytes(5, kv.value).uint64(6, kv.lease).finish();
}
