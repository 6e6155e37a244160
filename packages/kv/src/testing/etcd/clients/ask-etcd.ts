import type {
  EtcdAction,
  EtcdActionResult,
  EtcdAnswer,
  EtcdCompare,
  EtcdKeys,
  EtcdKeyValue,
  EtcdRequest,
} from "@quorate/core/testing/linearizability";
import { compare, type Condition } from "../../../client/compare.ts";
import type { EtcdClient } from "../../../client/etcd-client.ts";
import { between, fromKey, type Keys } from "../../../client/key-range.ts";
import type { KeyValue } from "../../../client/key-value.ts";
import { op, type Op, type RangeResult } from "../../../client/op.ts";

/** Asks etcd what the model of it is asked, each request as a call of its own kind. */
export async function askEtcd(client: EtcdClient, request: EtcdRequest): Promise<EtcdAnswer> {
  switch (request.kind) {
    case "range": {
      const read = await client.range(keysOf(request));
      return { revision: read.revision, result: rangeResult(read) };
    }
    case "put": {
      const { revision } = await client.put(request.key, request.value);
      return { revision, result: { kind: "put" } };
    }
    case "delete": {
      const { revision, deleted } = await client.delete(keysOf(request));
      return { revision, result: { kind: "delete", deleted } };
    }
    case "txn": {
      const { succeeded, revision, results } = await client
        .txn()
        .if(...request.compare.map(conditionOf))
        .do(...request.success.map(operationOf))
        .else(...request.failure.map(operationOf))
        .commit();
      return { revision, result: { kind: "txn", succeeded, results } };
    }
  }
}

/** The keys as the client names them. */
export function keysOf({ key, end }: EtcdKeys): Keys {
  if (end === null) return key;
  return end === "\0" ? fromKey(key) : between(key, end);
}

/** What a client read, as the model has it. */
export function toModel(kv: KeyValue): EtcdKeyValue {
  const { keyText: key, text: value, version, createRevision, modRevision } = kv;
  return { key, value, version, createRevision, modRevision };
}

function operationOf(action: EtcdAction): Op<EtcdActionResult> {
  switch (action.kind) {
    case "range":
      return mapped(op.range(keysOf(action)), rangeResult);
    case "put":
      return mapped(op.put(action.key, action.value), () => ({ kind: "put" }));
    case "delete":
      return mapped(op.delete(keysOf(action)), ({ deleted }) => ({ kind: "delete", deleted }));
  }
}

function mapped<From, To>(inner: Op<From>, to: (from: From) => To): Op<To> {
  return { request: inner.request, result: (response) => to(inner.result(response)) };
}

function conditionOf({ key, ...held }: EtcdCompare): Condition {
  const comparison = compare(key);
  return held.target === "value"
    ? comparison.value.equals(held.value)
    : comparison[held.target].equals(held.number);
}

function rangeResult({ kvs }: RangeResult): EtcdActionResult {
  return { kind: "range", kvs: kvs.map(toModel) };
}
