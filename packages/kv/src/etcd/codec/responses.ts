import { ProtoWriter } from "./proto-writer.ts";

/** One version of a key, as clients see it. */
export interface KeyValue {
  /** One character per byte. */
  readonly key: string;
  readonly create: number;
  readonly mod: number;
  /** How often the key was put in this life of it. */
  readonly count: number;
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
    const start = writer.open(1);
    return writer.raw(this.#ids).int64(3, revision).int64(4, term).close(start);
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
      for (const kv of result.kvs) writeKeyValue(writer, 2, kv);
      return writer.bool(3, result.more).int64(4, result.count);
    case "put":
      return result.prevKv === null ? writer : writeKeyValue(writer, 2, result.prevKv);
    case "deleteRange":
      writer.int64(2, result.deleted);
      for (const kv of result.prevKvs) writeKeyValue(writer, 3, kv);
      return writer;
    case "txn":
      writer.bool(2, result.succeeded);
      for (const response of result.responses) writeResponseOp(writer, response, opRevision);
      return writer;
  }
}

const RESPONSE_FIELDS = { range: 1, put: 2, deleteRange: 3, txn: 4 };

/** Inside a transaction a header says the revision and nothing else; a nested one's says nothing. */
function writeResponseOp(writer: ProtoWriter, result: OpResult, revision: number): void {
  const op = writer.open(3);
  const response = writer.open(RESPONSE_FIELDS[result.kind]);
  const header = writer.open(1);
  writer.int64(3, result.kind === "txn" ? 0 : revision).close(header);
  writeOpResult(writer, result, revision).close(response).close(op);
}

export function writeKeyValue(writer: ProtoWriter, field: number, kv: KeyValue): ProtoWriter {
  const start = writer.open(field);
  return writeKeyValueFields(writer, kv).close(start);
}

/** The key-value message itself: an answer holds it in a field, the hash as it is. */
export function writeKeyValueFields(writer: ProtoWriter, kv: KeyValue): ProtoWriter {
  writer.latin1(1, kv.key).int64(2, kv.create).int64(3, kv.mod);
  return writer.int64(4, kv.count).bytes(5, kv.value).uint64(6, kv.lease);
}
