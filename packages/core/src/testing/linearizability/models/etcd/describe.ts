import type { Bounds } from "./bounds.ts";
import type { EtcdState } from "./keyspace.ts";
import type {
  EtcdActionResult,
  EtcdAnswer,
  EtcdCompare,
  EtcdKeys,
  EtcdKeyValue,
  EtcdRequest,
  EtcdResult,
} from "./requests.ts";

/** A request, and what it was answered. */
export function describeRequest(request: EtcdRequest, answer: EtcdAnswer | null): string {
  const asked = wordRequest(request);
  if (answer === null) return asked;
  const result = wordResult(answer.result);
  const revision = answer.revision === null ? "" : ` at revision ${answer.revision}`;
  return `${asked} -> ${result}${revision}`;
}

export function describeState({ revision, cells }: EtcdState): string {
  const keys = cells.map(({ key, value, version, created, modified }) => {
    const text = value === null ? "a value nobody saw" : JSON.stringify(value);
    return `${key}=${text} (${wordVersion(version, wordBounds(created), wordBounds(modified))})`;
  });
  return `${keys.join(", ") || "nothing there"}, revision ${revision}`;
}

function wordRequest(request: EtcdRequest): string {
  switch (request.kind) {
    case "put":
      return `put ${request.key}=${JSON.stringify(request.value)}`;
    case "delete":
    case "range":
      return `${request.kind} ${wordKeys(request)}`;
    case "txn": {
      const { compare, success, failure } = request;
      const condition = compare.map(wordCompare).join(" and ") || "true";
      return `txn if ${condition} then [${wordAll(success)}] else [${wordAll(failure)}]`;
    }
  }
}

function wordAll(requests: readonly EtcdRequest[]): string {
  return requests.map(wordRequest).join("; ");
}

function wordKeys({ key, end }: EtcdKeys): string {
  return end === null ? key : `${key}..${end === "\0" ? "" : end}`;
}

function wordCompare(compare: EtcdCompare): string {
  const value = compare.target === "value" ? JSON.stringify(compare.value) : `${compare.number}`;
  return `${compare.target}(${compare.key})=${value}`;
}

function wordResult(result: EtcdResult): string {
  if (result.kind !== "txn") return wordActionResult(result);
  const results = result.results.map(wordActionResult).join("; ");
  return `${result.succeeded ? "then" : "else"} [${results}]`;
}

function wordActionResult(result: EtcdActionResult): string {
  switch (result.kind) {
    case "put":
      return "done";
    case "delete":
      return `${result.deleted} deleted`;
    case "range":
      return result.kvs.map(wordKeyValue).join(", ") || "nothing there";
  }
}

function wordKeyValue(kv: EtcdKeyValue): string {
  const version = wordVersion(kv.version, `${kv.createRevision}`, `${kv.modRevision}`);
  return `${kv.key}=${JSON.stringify(kv.value)} (${version})`;
}

function wordVersion(version: number, created: string, modified: string): string {
  return `version ${version}, created ${created}, modified ${modified}`;
}

function wordBounds({ least, most }: Bounds): string {
  if (least === most) return `${least}`;
  return most === Infinity ? `${least} or later` : `${least} to ${most}`;
}
